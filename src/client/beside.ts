/**
 * The master that runs beside this minion, as `saltutil.cmd`, `saltutil.runner` and their like reach it: over its local door,
 * with the key of root or of the master's user. Its configuration lies in the folder of the minion's own.
 *
 * Source: read, Salt 3008.3 `salt.modules.saltutil`.
 */
import { dirname, join } from 'node:path';
import { InvocationError, PythonError } from '../kernel/contract/errors.js';
import type { LocalJob, LocalPort, LocalReturn, MasterSideCall, MasterSidePort } from '../kernel/contract/ports.js';
import { repr } from '../kernel/std/python-text.js';
import { isPlainMap, type PlainMap, type Value } from '../kernel/std/value.js';
import { askMaster, DOOR_NAME, MasterUnreachableError, type DoorRequest } from './door.js';
import { LocalKeyError, readLocalKey } from './local-key.js';

/** The options of the master beside. */
type ReadOptions = () => Promise<Readonly<PlainMap>>;

const AWAY = 'The salt master could not be contacted. Is master running?';

/** Ports for the time of one call: `signal` ends what it asks for. */
export function besidePorts(configFile: string, signal: AbortSignal): { readonly local: LocalPort; readonly masterSide: MasterSidePort } {
  let known: Promise<Readonly<PlainMap>> | undefined;
  const read: ReadOptions = () => (known ??= readMaster(dirname(configFile)));
  return {
    local: {
      returns: (job, ended) => returnsOf(job, read, ended),
      publish: async (job) => {
        for await (const frame of ask('publish', { ...loadOf(job), wait: false }, read, signal)) {
          if (frame['kind'] === 'published') return { jid: String(frame['jid']), minions: idsIn(frame['minions']) };
        }
        return { jid: '', minions: [] };
      },
    },
    masterSide: { runner: (call) => run('runner', call, read, signal), wheel: (call) => run('wheel', call, read, signal) },
  };
}

async function readMaster(configDir: string): Promise<Readonly<PlainMap>> {
  const { loadMasterConfig } = await import('../kernel/config/load.js');
  return (await loadMasterConfig({ configDir })).opts;
}

/** @throws InvocationError where no master answers, or it refuses */
async function* ask(op: DoorRequest['op'], load: PlainMap, read: ReadOptions, signal: AbortSignal): AsyncGenerator<PlainMap> {
  try {
    const opts = await read();
    for await (const frame of askMaster(join(String(opts['sock_dir']), DOOR_NAME), { op, ...readLocalKey(opts), load }, signal)) {
      if (frame['kind'] === 'refused') throw new InvocationError(isPlainMap(frame['error']) ? String(frame['error']['message']) : 'Refused');
      yield frame;
    }
  } catch (cause) {
    if (cause instanceof MasterUnreachableError || cause instanceof LocalKeyError) throw new InvocationError(AWAY, { cause });
    throw cause;
  }
}

function loadOf(job: LocalJob): PlainMap {
  const kwarg = job.kwarg ?? {};
  return {
    fun: typeof job.fun === 'string' ? job.fun : [...job.fun], tgt: job.tgt, tgt_type: job.tgt_type ?? 'glob', ret: job.ret ?? '', jid: job.jid ?? '',
    arg: [...job.arg ?? [], ...(Object.keys(kwarg).length === 0 ? [] : [{ ...kwarg, __kwarg__: true }])],
    kwargs: job.metadata === undefined ? {} : { metadata: job.metadata },
    ...(job.timeoutMs === undefined ? {} : { timeout_ms: job.timeoutMs }), ...(job.gatherTimeoutMs === undefined ? {} : { gather_timeout_ms: job.gatherTimeoutMs }),
    ...(job.batch === undefined ? {} : { batch: { size: job.batch } }),
  };
}

async function* returnsOf(job: LocalJob, read: ReadOptions, signal: AbortSignal): AsyncGenerator<LocalReturn> {
  const asked = job.subset === undefined ? job : { ...job, tgt: await someOf(job, job.subset, read, signal), tgt_type: 'list' };
  for await (const frame of ask('publish', loadOf(asked), read, signal)) {
    const id = String(frame['id']);
    if (frame['kind'] === 'missing') yield { id, answered: false, ret: '', retcode: 1, out: undefined };
    if ((frame['kind'] !== 'return' && frame['kind'] !== 'batch_return') || !isPlainMap(frame['load'])) continue;
    const { return: ret = null, retcode = 0, out, jid } = frame['load'];
    yield { id, answered: true, ret, retcode: Number(retcode) || 0, out: typeof out === 'string' ? out : undefined, ...(typeof jid === 'string' ? { jid } : {}) };
  }
}

/** So many of the target, at random. */
async function someOf(job: LocalJob, count: number, read: ReadOptions, signal: AbortSignal): Promise<string[]> {
  for await (const frame of ask('preview', loadOf(job), read, signal)) {
    if (frame['kind'] !== 'preview') continue;
    const ids = idsIn(frame['minions']);
    for (let at = ids.length - 1; at > 0; at -= 1) {
      const other = Math.floor(Math.random() * (at + 1));
      [ids[at], ids[other]] = [ids[other] ?? '', ids[at] ?? ''];
    }
    return ids.slice(0, count);
  }
  return [];
}

async function run(client: 'runner' | 'wheel', call: MasterSideCall, read: ReadOptions, signal: AbortSignal): Promise<Value> {
  for await (const frame of ask(client, { fun: call.name, arg: [...call.arg], kwarg: call.kwarg }, read, signal)) {
    if (frame['kind'] === 'not_called') throw new PythonError('KeyError', repr(call.name));
    if (frame['kind'] !== 'result') continue;
    const data = isPlainMap(frame['data']) ? frame['data'] : {};
    return call.full ? data : data['return'] ?? null;
  }
  throw new InvocationError(AWAY);
}

const idsIn = (value: Value | undefined): string[] => (Array.isArray(value) ? (value as readonly Value[]).map(String) : []);
