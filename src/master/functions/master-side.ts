/**
 * Runners and wheel functions as modules of the master itself call them: steps of orchestrations, templates.
 *
 * Source: golden states/orchestrate, events/orchestrate; read, Salt 3008.3, `saltutil.runner`.
 */
import { PythonError } from '../../kernel/contract/errors.js';
import type { CatalogPort, MasterSideCall, MasterSidePort } from '../../kernel/contract/ports.js';
import { repr } from '../../kernel/std/python-text.js';
import { newJid } from '../../kernel/std/time.js';
import { isList, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { EventBus } from '../../bus/event/bus.js';
import { ORCHESTRATIONS, type FunctionDesk } from './function-desk.js';

export interface MasterSideParts {
  readonly functions: () => FunctionDesk;
  readonly catalog: () => CatalogPort;
  readonly bus: EventBus;
}

/** `cause`: the run that asks. */
export function masterSidePort({ functions, catalog, bus }: MasterSideParts, cause: string | undefined): MasterSidePort {
  const run = async (client: 'runner' | 'wheel', call: MasterSideCall): Promise<Value> => {
    const spec = await catalog().argspec(client === 'runner' ? 'runners' : 'wheel', call.name);
    if (spec === undefined) throw new PythonError('KeyError', repr(call.name));
    const kwarg = client === 'runner' ? forRunner(call, spec) : call.kwarg;
    const told: PlainMap = client === 'runner' ? { type: client, name: call.name, args: call.arg, kwargs: kwarg } : { type: client, name: call.name, args: kwarg };
    if (call.jid !== undefined) bus.fire(`salt/run/${call.jid}/args`, told);
    const kwargs = client === 'runner' && takesKeywords(spec) ? { ...kwarg, __pub_user: call.user } : kwarg;
    const { done } = functions().start(client, { fun: call.name, args: call.arg, kwargs }, call.user, cause === undefined ? {} : { cause });
    const data = await done;
    return call.full ? data : data['return'] ?? null;
  };
  return { runner: (call) => run('runner', call), wheel: (call) => run('wheel', call) };
}

/** The environment for runners that know one, an id of its own for an orchestration. */
function forRunner({ name, kwarg, saltenv }: MasterSideCall, spec: PlainMap): PlainMap {
  const args = isList(spec['args'] ?? null) ? spec['args'] as readonly Value[] : [];
  return { ...kwarg, ...(args.includes('saltenv') ? { saltenv } : {}), ...(ORCHESTRATIONS.has(name) ? { orchestration_jid: newJid() } : {}) };
}

const takesKeywords = (spec: PlainMap): boolean => spec['kwargs'] !== null && spec['kwargs'] !== undefined;
