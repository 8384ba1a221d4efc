/**
 * Execution functions and external sources as the pillar of one request reaches them: with the facts of the minion, on the
 * machine of the master.
 */
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import type { PillarFilesPort, Ports } from '../../kernel/contract/ports.js';
import type { Sys } from '../../kernel/contract/sys.js';
import { bindArguments } from '../../kernel/loader/bind.js';
import type { ModuleHost, SessionOptions } from '../../kernel/loader/module-host.js';
import { within } from '../../kernel/std/async.js';
import { isMap, mapSize, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { CallFunction, Renderer } from '../render/contract.js';
import { portOf } from '../render/port.js';
import { compileTarget } from '../target/target.js';
import type { InputRecorder } from './inputs.js';
import type { PillarRequest } from './request.js';
import { isSteady } from './steady.js';

/** How long one external source may take. */
export const SOURCE_MS_MAX = 30_000;

export interface FunctionsOptions {
  readonly modules: ModuleHost;
  readonly sys: Sys;
  readonly ports: Partial<Ports>;
  readonly opts: Readonly<PlainMap>;
  /** The configuration as external sources see it: with the id of the master. */
  readonly sourceOpts: Readonly<PlainMap>;
  readonly request: PillarRequest;
  readonly inputs: InputRecorder;
  readonly signal: AbortSignal;
  readonly sourceMsMax: number;
  rendererFor(pillar: PlainMap): Promise<Renderer>;
  /** The pillar of the same minion from other roots. */
  readonly files: PillarFilesPort['files'];
}

/** Calls `salt['mod.fun']` in templates that see `pillar`. */
export function callWith(pillar: PlainMap, options: FunctionsOptions): CallFunction {
  const session = options.modules.session({ ...sessionOptions(pillar, options.opts, options), nested: true });
  return (fun, args, kwargs) => {
    if (!isSteady(fun)) options.inputs.fleeting(fun);
    return session.call(fun, args, kwargs);
  };
}

/** What an external source gives, or undefined when there is none of the name. @throws what it throws */
export async function askSource(name: string, configuration: Value, pillar: PlainMap, options: FunctionsOptions): Promise<Value | undefined> {
  const { modules, request, inputs, sourceOpts, sourceMsMax } = options;
  inputs.fleeting(`ext_pillar ${name}`);
  const plugin = await modules.load('pillar', name);
  if (plugin === undefined) return undefined;
  const { id, saltenv, pillarenv } = request;
  const params = { minion_id: p.any(), pillar: p.any(), ...plugin.params };
  const { minion_id: _id, pillar: _pillar, ...args } = bindArguments('ext_pillar', params, ...argumentsOf(configuration, { id, pillar, request, params }));
  const stop = new AbortController();
  const context = modules.context(name, sessionOptions(pillar, sourceOpts, { ...options, signal: AbortSignal.any([options.signal, stop.signal]) }));
  const late = Symbol('late');
  const answer = await within((async () => plugin.extPillar(args, context, { id, pillar, saltenv, pillarenv }))(), sourceMsMax, late);
  if (typeof answer !== 'symbol') return answer;
  const error = new CommandExecutionError(`no answer within ${sourceMsMax / 1000} seconds`);
  stop.abort(error);
  throw error;
}

interface Given {
  readonly id: string;
  readonly pillar: PlainMap;
  readonly request: PillarRequest;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A map stands for named arguments, a list for positional ones, anything else for the first. Source: read, Salt 3008.3. */
function argumentsOf(configuration: Value, { id, pillar, request, params }: Given): [Value[], PlainMap] {
  const wantsExtra = Object.hasOwn(params, 'extra_minion_data') && mapSize(request.extra) > 0;
  const extra = wantsExtra ? { extra_minion_data: request.extra } : {};
  if (isMap(configuration)) return [[id, pillar], { ...configuration as PlainMap, ...extra }];
  return [[id, pillar, ...(Array.isArray(configuration) ? configuration as readonly Value[] : [configuration])], extra];
}

function sessionOptions(
  pillar: PlainMap, opts: Readonly<PlainMap>, { request, signal, ports, rendererFor, files }: FunctionsOptions,
): Pick<SessionOptions, 'signal' | 'facts' | 'ports' | 'unmaskPillar'> {
  const { id, grains } = request;
  const nodegroups = opts['nodegroups'] ?? {};
  return {
    signal, unmaskPillar: true, facts: { opts, grains, pillar, id },
    ports: {
      ...ports, render: portOf(() => rendererFor(pillar)), pillarFiles: { files },
      match: { matches: async (expr, kind, delimiter, other) => compileTarget({ expr, kind, delimiter }, { nodegroups })({ id: other ?? id, grains, pillar }) },
    },
  };
}
