/** Runs: of named SLS, of the highstate, of one id, of one function. Source: state-system, section 5; golden states/calls, top. */
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import type { SlsMatches, StateEngine, StateHigh, StateResult, TopAnswer } from '../../../kernel/contract/state-engine.js';
import { repr, str } from '../../../kernel/std/python-text.js';
import { isMap, isTruthy, mapGet, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { disabledTexts } from './disabled.js';
import { keepCopy, readCopy } from './copies.js';
import { EXIT, judged, refused } from './outcome.js';
import { openEngine, pillarErrors, splitInput, type Keywords } from './request.js';

export interface SlsWish {
  readonly mods: Value;
  readonly test: Value;
  readonly exclude: Value;
  readonly syncMods: Value;
  readonly stateEvents: Value;
  readonly kwargs: Keywords;
}

export async function runSls({ mods, test, exclude, syncMods, stateEvents, kwargs }: SlsWish, ctx: Context): Promise<Value> {
  const disabled = disabledTexts(Array.isArray(mods) ? mods as readonly Value[] : [mods], ctx);
  if (disabled.length > 0) return refused(disabled, ctx);
  const engine = await openEngine({ test, kwargs, stateEvents, baseByDefault: true, jid: true }, ctx);
  await syncModules(syncMods, engine.saltenv ?? 'base', ctx);
  const errors = pillarErrors(engine, kwargs, ctx);
  if (errors !== undefined) return errors;
  const kept = await keptHigh(engine, kwargs, ctx);
  if (kept !== undefined) return kept.run();
  const { high, errors: wrong } = await engine.render(new Map([[engine.saltenv ?? 'base', splitInput(mods)]]));
  if (wrong.length > 0) return refused([...wrong], ctx);
  if (isTruthy(exclude)) high.exclude(splitInput(exclude));
  const rows = await high.run();
  const answer = tersely(rows, kwargs, ctx);
  await keepCopy('sls.p', answer, ctx);
  await keepCopy(`${cacheName(kwargs)}.cache.p`, high.show(), ctx);
  return judged(answer, ctx);
}

async function syncModules(given: Value, saltenv: string, ctx: Context): Promise<void> {
  if (given === null) return;
  const kinds = given === true ? ['all'] : splitInput(given).map(str);
  for (const kind of kinds.includes('all') ? ['all'] : kinds) {
    if (await ctx.has(`saltutil.sync_${kind}`)) await ctx.call(`saltutil.sync_${kind}`, [], { saltenv });
    else ctx.log.warn({ kind }, 'Invalid custom module type, ignoring');
  }
}

const cacheName = (kwargs: Keywords): string => str(kwargs['cache_name'] ?? 'highstate');

/** High data kept of the last run, when the call wants that (`cache=True`). */
async function keptHigh(engine: StateEngine, kwargs: Keywords, ctx: Context): Promise<StateHigh | undefined> {
  if (!isTruthy(kwargs['cache'])) return undefined;
  const data = await readCopy(`${cacheName(kwargs)}.cache.p`, ctx);
  return isMap(data) ? engine.high(data) : undefined;
}

/** Only what changed or failed. */
function tersely(rows: StateResult, kwargs: Keywords, { opts }: Context): StateResult {
  const wanted = isTruthy(kwargs['terse']) || opts['state_data'] === 'terse';
  if (!wanted || Array.isArray(rows)) return rows;
  return Object.fromEntries(Object.entries(rows).filter(([, row]) => isMap(row) && (!isTruthy(mapGet(row, 'result')) || isTruthy(mapGet(row, 'changes')))));
}

export interface HighstateWish {
  readonly test: Value;
  readonly stateEvents: Value;
  readonly kwargs: Keywords;
  /** Another top file. */
  readonly topFile?: string;
}

const DISABLED = { name: 'Salt highstate run is disabled. To re-enable, run state.enable highstate', result: 'False', comment: 'Disabled' };

export async function runHighstate({ test, stateEvents, kwargs, topFile }: HighstateWish, ctx: Context): Promise<Value> {
  if (topFile === undefined && (disabledTexts(['highstate'], ctx)).length > 0) return { ...DISABLED };
  const engine = await openEngine({
    test, kwargs, stateEvents, jid: true, ...(topFile === undefined ? {} : { stateTop: topFile, topSaltenv: true }),
  }, ctx);
  const errors = pillarErrors(engine, kwargs, ctx);
  if (errors !== undefined) return errors;
  const rows = await highstateRows(engine, kwargs, ctx);
  return judged(topFile === undefined && !Array.isArray(rows) ? tersely(rows as PlainMap, kwargs, ctx) : rows, ctx);
}

async function highstateRows(engine: StateEngine, kwargs: Keywords, ctx: Context): Promise<Value> {
  const kept = await keptHigh(engine, kwargs, ctx);
  if (kept !== undefined) return kept.run();
  const found = await readTops(engine);
  if ('answer' in found) return found.answer;
  const all = await found.match();
  if (all.size === 0) return noStates('No Top file or master_tops data matches found. Please see master log for details.');
  const matches = listed(all, kwargs['whitelist'] ?? null);
  await engine.loadDynamic(matches);
  const { high, errors } = await engine.render(matches);
  const wrong = [...found.errors, ...errors];
  if (wrong.length > 0) return wrong;
  const exclude = kwargs['exclude'] ?? null;
  if (isTruthy(exclude)) high.exclude(typeof exclude === 'string' ? exclude.split(',') : exclude as readonly Value[]);
  if (high.isEmpty) return noStates('No states found for this minion');
  await keepCopy(`${cacheName(kwargs)}.cache.p`, high.show(), ctx);
  return high.run();
}

/** Top files that cannot be read are the answer. Source: golden top-030. */
async function readTops(engine: StateEngine): Promise<TopAnswer | { readonly answer: Value }> {
  try {
    return await engine.tops();
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    if (error.className.endsWith('SaltRenderError')) return { answer: noStates(`Unable to render top file: ${error.message}`) };
    return { answer: [`Traceback (most recent call last):\n${error.className}: ${error.message}\n`] };
  }
}

function noStates(comment: string): PlainMap {
  return { 'no_|-states_|-states_|-None': { result: false, comment, name: 'No States', changes: {}, __run_num__: 0 } };
}

/** Only those SLS that the call lists. */
function listed(matches: SlsMatches, whitelist: Value): SlsMatches {
  if (!isTruthy(whitelist)) return matches;
  const names = Array.isArray(whitelist) ? whitelist as readonly Value[] : str(whitelist).split(',');
  return new Map([...matches].map(([env, list]) => [env, list.filter((sls) => names.includes(sls))] as const).filter(([, list]) => list.length > 0));
}

export async function runId(id: Value, { mods, test, stateEvents, kwargs }: Omit<SlsWish, 'exclude' | 'syncMods'>, ctx: Context): Promise<Value> {
  const engine = await openEngine({ test, kwargs, stateEvents, baseByDefault: true }, ctx);
  const errors = pillarErrors(engine, kwargs, ctx);
  if (errors !== undefined) return errors;
  const { high, errors: wrong } = await engine.render(new Map([[engine.saltenv ?? 'base', splitInput(mods)]]));
  const found = [...wrong, ...wrong.length > 0 ? high.verify() : []];
  if (found.length > 0) return refused(found, ctx);
  const rows = await high.runId(id);
  if (!Array.isArray(rows) && Object.keys(rows).length === 0) {
    ctx.setRetcode(EXIT.failed);
    throw new InvocationError(`No matches for ID '${str(id)}' found in SLS '${Array.isArray(mods) ? repr(mods) : str(mods)}' within saltenv '${engine.saltenv ?? 'base'}'`);
  }
  return judged(rows, ctx);
}

export async function runSingle(fun: string, name: Value, test: Value, kwargs: Keywords, ctx: Context): Promise<Value> {
  const [state, bare] = fun.split('.');
  if (bare === undefined) return refused('Invalid function passed', ctx);
  const low: PlainMap = { ...kwargs, state: state ?? '', fun: bare, __id__: name, name };
  const engine = await openEngine({ test, kwargs }, ctx);
  const errors = await engine.verify(low);
  if (errors.length > 0) return refused(errors, ctx);
  const row = await engine.call(low);
  return judged({ [`${state ?? ''}_|-${str(name)}_|-${str(name)}_|-${bare}`]: row }, ctx);
}

export async function runLow(data: Value, kwargs: Keywords, ctx: Context): Promise<Value> {
  if (!isMap(data)) throw new InvocationError('Low data is not a dictionary and is invalid');
  const engine = await openEngine({ kwargs }, ctx);
  const low: PlainMap = { ...data as PlainMap };
  const errors = await engine.verify(low);
  if (errors.length > 0) return refused(errors, ctx);
  return judged(await engine.call(low), ctx);
}

export async function runHigh(data: Value, test: Value, kwargs: Keywords, ctx: Context): Promise<Value> {
  const engine = await openEngine({ test, kwargs }, ctx);
  if (!isMap(data)) return judged(['High data is not a dictionary and is invalid'], ctx);
  return judged(await engine.high(data).run(), ctx);
}

export async function runTemplate(path: string, kwargs: Keywords, ctx: Context): Promise<Value> {
  const engine = await openEngine({ kwargs }, ctx);
  const errors = pillarErrors(engine, kwargs, ctx);
  if (errors !== undefined) return errors;
  const file = path.endsWith('.sls') ? path : `${path}.sls`;
  const text = await ctx.sys.readText(file);
  if (text === undefined) {
    ctx.log.error({}, `Template does not exist: ${file}`);
    return refused([`Specified SLS ${file} on local filesystem cannot be found.`], ctx);
  }
  const { high, errors: wrong } = await engine.renderText(text, file, join(file));
  if (wrong.length > 0) return refused([...wrong], ctx);
  return judged(await high.run(), ctx);
}

export async function runTemplateText(text: string, kwargs: Keywords, ctx: Context): Promise<Value> {
  const engine = await openEngine({ kwargs }, ctx);
  const { high, errors } = await engine.renderText(text, null);
  if (errors.length > 0) return refused([...errors], ctx);
  return judged(await high.run(), ctx);
}
