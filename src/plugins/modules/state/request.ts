/** What the functions of `state` have in common: their arguments as a request to the engine, the errors of pillar. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import type { StateEngine, StateEngineRequest } from '../../../kernel/contract/state-engine.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { loadYaml, YamlError } from '../../../kernel/yaml/load.js';
import { decryptedPillar } from '../shared/decrypted-pillar.js';
import { EXIT } from './outcome.js';

/** Keyword arguments that all functions take without naming them, `__pub_*` facts among them. */
export type Keywords = Readonly<PlainMap>;

export interface EngineWish {
  readonly test?: Value;
  readonly kwargs: Keywords;
  readonly stateEvents?: Value;
  readonly stateTop?: string;
  /** The call's `saltenv` is that of the top file. */
  readonly topSaltenv?: boolean;
  /** Without an environment it is `base`. */
  readonly baseByDefault?: boolean;
  /** Pauses and events go by the job. */
  readonly jid?: boolean;
  readonly sent?: StateEngineRequest['sent'];
}

/** @throws InvocationError, CommandExecutionError for arguments that cannot be */
export async function openEngine(wish: EngineWish, ctx: Context): Promise<StateEngine> {
  const { kwargs } = wish;
  const environment = environments(kwargs, ctx);
  if (wish.baseByDefault === true && (environment.saltenv ?? ctx.opts['saltenv'] ?? null) === null) environment.saltenv = 'base';
  const pillar = await pillarOf(kwargs, ctx);
  const jid = kwargs['__pub_jid'];
  const orchestrationJid = kwargs['orchestration_jid'];
  const request: StateEngineRequest = {
    test: testOf(wish.test, kwargs, ctx), ...environment, mocked: isTruthy(kwargs['mock']),
    ...(pillar === undefined ? {} : { pillar }),
    ...(wish.stateEvents === undefined || wish.stateEvents === null ? {} : { stateEvents: isTruthy(wish.stateEvents) }),
    ...(wish.stateTop === undefined ? {} : { stateTop: wish.stateTop }),
    ...(wish.topSaltenv === true && isTruthy(kwargs['saltenv']) ? { stateTopSaltenv: str(kwargs['saltenv'] ?? null) } : {}),
    ...(wish.sent === undefined ? {} : { sent: wish.sent }),
    ...(wish.jid === true && jid !== undefined ? { jid: str(jid) } : {}),
    ...(isTruthy(orchestrationJid) ? { orchestrationJid: str(orchestrationJid ?? null) } : {}),
  };
  return ctx.port('state').open(request);
}

function environments(kwargs: Keywords, { opts }: Context): { saltenv?: string | null; pillarenv?: string | null } {
  const given: { saltenv?: string | null; pillarenv?: string | null } = {};
  const { saltenv, pillarenv } = kwargs;
  if (saltenv !== undefined && saltenv !== null) {
    if (isTruthy(opts['lock_saltenv']) && str(saltenv) !== opts['saltenv']) throw new CommandExecutionError('lock_saltenv is enabled, saltenv cannot be changed');
    given.saltenv = str(saltenv);
  }
  if (pillarenv !== undefined) given.pillarenv = pillarenv === null ? null : str(pillarenv);
  else if (isTruthy(opts['pillarenv_from_saltenv']) && saltenv !== undefined) given.pillarenv = saltenv === null ? null : str(saltenv);
  return given;
}

async function pillarOf(kwargs: Keywords, ctx: Context): Promise<PlainMap | undefined> {
  const { pillar: given = null, pillar_enc: renderer = null } = kwargs;
  if (given === null) return undefined;
  const pillar = renderer === null || !isTruthy(given) ? given : await encryptedPillar(given, str(renderer).toLowerCase(), ctx);
  if (isPlainMap(pillar)) return isTruthy(pillar) ? pillar : undefined;
  if (isMap(pillar)) throw new InvocationError('Pillar data must have texts as keys.');
  if (renderer === null) throw new InvocationError('Pillar data must be formatted as a dictionary, unless pillar_enc is specified.');
  if (isTruthy(pillar)) ctx.log.error({}, 'Pillar override was not passed as a dictionary');
  return undefined;
}

/** What cannot be decrypted or read stays as it is, with a line in the log. A whole pillar may be one text. Source: read, Salt 3008.3 `_gather_pillar`. */
async function encryptedPillar(given: Value, renderer: string, ctx: Context): Promise<Value> {
  let pillar = given;
  try {
    pillar = await decryptedPillar(ctx, given, renderer);
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    ctx.log.error({}, error.message);
  }
  if (typeof pillar !== 'string') return pillar;
  try {
    return loadYaml(pillar);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    ctx.log.error({}, 'Failed to load CLI pillar override');
    return pillar;
  }
}

/** The call, else the configuration. Source: read, Salt 3008.3. */
function testOf(test: Value | undefined, { test: named }: Keywords, { opts }: Context): boolean {
  const given = test ?? named ?? null;
  if (given === null) return isTruthy(opts['test']);
  return isTruthy(given);
}

/** For functions that answer with the errors. Undefined: there are none, or they are to be overlooked. */
export function pillarErrors(engine: StateEngine, kwargs: Keywords, ctx: Context): Value[] | undefined {
  if (isTruthy(kwargs['force']) || engine.pillarErrors.length === 0) return undefined;
  ctx.setRetcode(EXIT.pillarError);
  return ['Pillar failed to render with the following messages:', ...engine.pillarErrors];
}

/** For functions that only show. @throws CommandExecutionError */
export function refusePillarErrors(engine: StateEngine, kwargs: Keywords, ctx: Context): void {
  if (isTruthy(kwargs['force']) || engine.pillarErrors.length === 0) return;
  ctx.setRetcode(EXIT.pillarError);
  const list = engine.pillarErrors.map((error) => `- ${str(error)}`).join('\n');
  throw new CommandExecutionError(`Pillar failed to render. Additional info follows:\n\n${list}`, { context: { info: engine.pillarErrors } });
}

/** `a,b` as a list; a list as it is. */
export function splitInput(value: Value): Value[] {
  if (Array.isArray(value)) return [...value as Value[]];
  return str(value).split(',').map((part) => part.trim());
}
