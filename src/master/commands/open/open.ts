/**
 * What people and their programs send in clear: ping, publish, runner, wheel, tokens. Each proves itself in its load.
 *
 * Source: wire-protocol section 9; golden wire/clear.
 */
import { parseJid } from '../../../kernel/contract/job.js';
import { newJid, stampNow } from '../../../kernel/std/time.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import type { Logger } from '../../../kernel/contract/log.js';
import { masterCallOf, type Access, type Allowance, type Verdict } from '../../access/authorise.js';
import type { TokenDesk } from '../../access/token-desk.js';
import { WAYS, type WayName } from '../../access/ways.data.js';
import type { JobOrder, JobPublished } from '../../jobs/publish-job.js';
import { storedAndPublished } from '../../jobs/stored-and-published.js';
import { reply, SIZES, type OpenCommand, type Sender } from '../../requests/command.js';
import type { FunctionCall, FunctionDesk } from '../../functions/function-desk.js';

export interface OpenParts {
  readonly access: Pick<Access, 'decide'>;
  readonly tokens: Pick<TokenDesk, 'make' | 'look'>;
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
      name: 'ping', from: 'open', bytesMax: SIZES.small, rule: WAYS['port:ping'].rule,
      run: (load) => Promise.resolve(reply(load)),
    },
    {
      name: 'publish', from: 'open', bytesMax: SIZES.clear, rule: WAYS['port:publish'].rule,
      async run(load, sender) {
        const jid = parseJid(load['jid']) ?? newJid();
        const allowed = await decide(parts, 'port:publish', load, sender, jid);
        if (allowed.kind === 'refused') return reply({ error: { ...allowed.error } });
        const published = await storedAndPublished({ ...orderOf(load, allowed), jid }, parts);
        if (published.kind !== 'published') return clear({ jid: null, minions: [], error: published.error });
        const { minions, missing } = published;
        parts.onForeignJob(published.jid, withoutLogin(load), minions);
        return clear({ jid: published.jid, minions: [...minions], missing: [...missing] });
      },
    },
    {
      name: 'runner', from: 'open', bytesMax: SIZES.medium, rule: WAYS['port:runner'].rule,
      async run(load, sender) {
        const jid = newJid();
        const allowed = await decide(parts, 'port:runner', load, sender, jid);
        if (allowed.kind === 'refused') return reply({ error: { ...allowed.error } });
        const started = parts.functions.start('runner', callOf(load), allowed.user, { jid });
        return reply({ tag: started.tag, jid: started.jid });
      },
    },
    {
      name: 'wheel', from: 'open', bytesMax: SIZES.medium, rule: WAYS['port:wheel'].rule,
      async run(load, sender) {
        const id = newJid();
        const allowed = await decide(parts, 'port:wheel', load, sender, id);
        if (allowed.kind === 'refused') return reply({ error: { ...allowed.error } });
        const started = parts.functions.start('wheel', callOf(load), allowed.user, { jid: id });
        const { fun = null, jid = null, user = null, return: value = null, success = null } = await started.done;
        return reply({ tag: started.tag, data: { fun, jid, tag: started.tag, user, return: value, success, ...(success ? {} : { _stamp: stampNow() }) } });
      },
    },
    {
      name: 'mk_token', from: 'open', bytesMax: SIZES.small, rule: WAYS['port:mk_token'].rule,
      run: async (load, sender) => reply(await parts.tokens.make('port:mk_token', load, placeOf(sender)) ?? ''),
    },
    {
      name: 'get_token', from: 'open', bytesMax: SIZES.small, rule: WAYS['port:get_token'].rule,
      run: async (load) => reply('token' in load ? await parts.tokens.look(load['token'] ?? null) : false),
    },
  ];
}

const placeOf = (sender: Sender): string => (sender.kind === 'minion' ? `minion ${sender.id}` : `connection ${sender.peer.connection}`);

const decide = ({ access }: OpenParts, way: WayName, load: PlainMap, sender: Sender, jid: string): Promise<Verdict> =>
  access.decide({ way, load, from: placeOf(sender), jid });

/** What is kept of a request knows nothing of how its sender logged in. */
function withoutLogin(load: PlainMap): PlainMap {
  const { key: _key, kwargs, ...rest } = load;
  if (!isPlainMap(kwargs)) return rest;
  const { token: _token, eauth: _eauth, username: _username, password: _password, ...options } = kwargs;
  return { ...rest, kwargs: options };
}

const clear = (load: PlainMap) => reply({ enc: 'clear', load });

/** Reads a publish request of a client. */
export function orderOf(load: PlainMap, { user, only }: Pick<Allowance, 'user' | 'only'>): JobOrder {
  const options = isPlainMap(load['kwargs']) ? load['kwargs'] : {};
  const more = Object.fromEntries(TRAVELS.filter((name) => name in options).map((name) => [name, options[name] ?? null]));
  const delimiter = options['delimiter'];
  return {
    fun: funOf(load['fun']),
    arg: isList(load['arg']) ? load['arg'] : [],
    ...targetOf(load, only),
    ret: typeof load['ret'] === 'string' ? load['ret'] : '',
    user,
    ...(typeof load['jid'] === 'string' && load['jid'] !== '' ? { jid: load['jid'] } : {}),
    ...(typeof delimiter === 'string' ? { delimiter } : {}),
    more,
  };
}

/** A right for some minions binds the job to those that were looked at: who comes to fit the target a moment later gets nothing. */
function targetOf(load: PlainMap, only: readonly string[] | undefined): Pick<JobOrder, 'tgt' | 'tgtType'> {
  if (only !== undefined && only.length > 0 && load['tgt_type'] !== 'list') return { tgt: [...only].sort(), tgtType: 'list' };
  return { tgt: load['tgt'] ?? '', tgtType: typeof load['tgt_type'] === 'string' ? load['tgt_type'] : 'glob' };
}

const callOf = (load: PlainMap): FunctionCall => ({ fun: String(load['fun'] ?? ''), ...masterCallOf(load) });

const funOf = (fun: Value | undefined): string | readonly string[] => (isList(fun) ? fun.map(String) : String(fun ?? ''));
