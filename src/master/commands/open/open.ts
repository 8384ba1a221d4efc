/**
 * What people and their programs send in clear: ping, publish, runner, wheel, tokens. Each proves itself in its load.
 *
 * Source: wire-protocol section 9; golden wire/clear.
 */
import { stampNow } from '../../../kernel/std/time.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import type { Logger } from '../../../kernel/contract/log.js';
import type { Access, ClientKind, Identity } from '../../access/authorise.js';
import { JobStoreError } from '../../jobs/job-store.js';
import type { JobOrder, JobPublished } from '../../jobs/publish-job.js';
import { reply, SIZES, type OpenCommand } from '../../requests/command.js';
import type { FunctionDesk } from '../../functions/function-desk.js';

export interface OpenParts {
  readonly access: Access;
  readonly publish: (order: JobOrder) => Promise<JobPublished>;
  readonly functions: FunctionDesk;
  readonly log: Logger;
  /** Files that the real command line of the peer expects for a job: see `salt-cli-files.ts`. */
  readonly onForeignJob: (jid: string, load: PlainMap, minions: readonly string[]) => void;
}

/** Options of a publish request that travel to the minions. */
const TRAVELS = ['metadata', 'ret_config', 'ret_kwargs', 'module_executors', 'executor_opts', 'start_event', 'id'];

export function openCommands(parts: OpenParts): OpenCommand[] {
  return [
    {
      name: 'ping', from: 'open', bytesMax: SIZES.small, rule: 'Anyone; the load comes back as it is',
      run: (load) => Promise.resolve(reply(load)),
    },
    {
      name: 'publish', from: 'open', bytesMax: SIZES.clear,
      rule: 'Who proves to be a local user by its key file, for the functions that user may call',
      async run(load) {
        const allowed = allow(parts.access, load, 'local');
        if (allowed.kind === 'refused') return reply({ error: { ...allowed.error } });
        const published = await storedAndPublished(orderOf(load, allowed.name), parts);
        if (published.kind !== 'published') return clear({ jid: null, minions: [], error: published.error });
        const { jid, minions, missing } = published;
        parts.onForeignJob(jid, load, minions);
        return clear({ jid, minions: [...minions], missing: [...missing] });
      },
    },
    {
      name: 'runner', from: 'open', bytesMax: SIZES.medium,
      rule: 'Who proves to be root or the master\'s user by the key file',
      run(load) {
        const allowed = allow(parts.access, load, 'runner');
        if (allowed.kind === 'refused') return Promise.resolve(reply({ error: { ...allowed.error } }));
        const started = parts.functions.start('runner', callOf(load), allowed.name);
        return Promise.resolve(reply({ tag: started.tag, jid: started.jid }));
      },
    },
    {
      name: 'wheel', from: 'open', bytesMax: SIZES.medium,
      rule: 'Who proves to be root or the master\'s user by the key file',
      async run(load) {
        const allowed = allow(parts.access, load, 'wheel');
        if (allowed.kind === 'refused') return reply({ error: { ...allowed.error } });
        const started = parts.functions.start('wheel', callOf(load), allowed.name);
        const { fun = null, jid = null, user = null, return: value = null, success = null } = await started.done;
        return reply({ tag: started.tag, data: { fun, jid, tag: started.tag, user, return: value, success, _stamp: stampNow() } });
      },
    },
    {
      name: 'mk_token', from: 'open', bytesMax: SIZES.small, rule: 'Nobody yet: there is no external authentication',
      run: () => Promise.resolve(reply('')),
    },
    {
      name: 'get_token', from: 'open', bytesMax: SIZES.small, rule: 'Nobody yet: there are no tokens',
      run: (load) => Promise.resolve(reply(load['token'] === undefined ? false : {})),
    },
  ];
}

const clear = (load: PlainMap) => reply({ enc: 'clear', load });

/** Publishes; a job that cannot be stored is none, and who asked is told why. */
export async function storedAndPublished(
  order: JobOrder, parts: Pick<OpenParts, 'publish' | 'log'>,
): Promise<JobPublished | { readonly kind: 'not_stored'; readonly error: string }> {
  try {
    return await parts.publish(order);
  } catch (err) {
    if (!(err instanceof JobStoreError)) throw err;
    parts.log.error({ err, fun: order.fun, user: order.user }, 'job not published: it cannot be stored');
    return { kind: 'not_stored', error: `The job was not published: ${err.message}` };
  }
}

function allow(access: Access, load: PlainMap, client: ClientKind): Extract<Identity, { kind: 'user' }> | Extract<Identity, { kind: 'refused' }> {
  const identity = access.identify(load, client);
  if (identity.kind === 'refused') return identity;
  const error = access.refuse(identity, client, funOf(load['fun']), isList(load['arg']) ? load['arg'] : []);
  return error === undefined ? identity : { kind: 'refused', error };
}

/** Reads a publish request of a client. */
export function orderOf(load: PlainMap, user: string): JobOrder {
  const options = isPlainMap(load['kwargs']) ? load['kwargs'] : {};
  const more = Object.fromEntries(TRAVELS.filter((name) => name in options).map((name) => [name, options[name] ?? null]));
  const delimiter = options['delimiter'];
  return {
    fun: funOf(load['fun']),
    arg: isList(load['arg']) ? load['arg'] : [],
    tgt: load['tgt'] ?? '',
    tgtType: typeof load['tgt_type'] === 'string' ? load['tgt_type'] : 'glob',
    ret: typeof load['ret'] === 'string' ? load['ret'] : '',
    user,
    ...(typeof load['jid'] === 'string' && load['jid'] !== '' ? { jid: load['jid'] } : {}),
    ...(typeof delimiter === 'string' ? { delimiter } : {}),
    more,
  };
}

function callOf(load: PlainMap): { fun: string; args: readonly Value[]; kwargs: PlainMap } {
  const kwargs = load['kwarg'] ?? load['kwargs'];
  return {
    fun: String(load['fun'] ?? ''),
    args: isList(load['arg']) ? load['arg'] : [],
    kwargs: isPlainMap(kwargs) ? kwargs : {},
  };
}

const funOf = (fun: Value | undefined): string | readonly string[] => (isList(fun) ? fun.map(String) : String(fun ?? ''));
