/** The reactor of the master: what it may call, and under whose name. Source: read, Salt 3008.3; golden events/reactor-*. */
import { ReactionError, type ReactionCall } from '../../automation/reactor/reaction-call.js';
import { argSpecOf } from '../../automation/reactor/arg-spec.js';
import { isReactorConfigured, readReactorOptions } from '../../automation/reactor/reactor-options.js';
import { Reactor, REACTOR_USER, type ReactorParts } from '../../automation/reactor/reactor.js';
import type { EventBus } from '../../bus/event/bus.js';
import type { Logger } from '../../kernel/contract/log.js';
import type { CatalogPort, ReactorPort } from '../../kernel/contract/ports.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { publishedForm } from '../../sls/target/published.js';
import type { Access } from '../access/authorise.js';
import type { LocalKeys } from '../access/local-keys.js';
import type { FunctionDesk } from '../functions/function-desk.js';
import type { JobOrder, JobPublished } from '../jobs/publish-job.js';
import type { Bounds } from '../requests/bounds.js';
import { causeOf, type Trace } from '../trace/trace.js';

export interface MasterReactions {
  readonly opts: Readonly<PlainMap>;
  readonly bus: EventBus;
  readonly trace: Trace;
  readonly access: Pick<Access, 'decideCall'>;
  readonly keys: LocalKeys;
  readonly catalog: CatalogPort;
  readonly functions: FunctionDesk;
  readonly bounds: Bounds;
  readonly compile: ReactorParts['compile'];
  readonly publish: (order: JobOrder) => Promise<JobPublished>;
  readonly log: Logger;
}

/** Undefined where nothing is configured to react. @throws ReactorMapError */
export function openReactor(parts: MasterReactions): Reactor | undefined {
  const { opts, log, keys, trace, functions, catalog } = parts;
  if (!isReactorConfigured(opts)) return undefined;
  const { map, ...bounds } = readReactorOptions(opts);
  for (const entry of map.ignored) log.warn({ entry: JSON.stringify(entry) }, 'not an entry of `reactor`: each is a tag with its files, such as `- salt/minion/*/start: [/srv/reactor/start.sls]`');
  return new Reactor({
    bus: parts.bus, map, log, hostId: String(opts['id']),
    compile: parts.compile,
    trace: { note: (happening) => trace.note(happening), depth: (id) => trace.depth(id), causeOf },
    isManager: (key) => keys.userOf(key) === 'root',
    ...bounds,
    onFull: (facts) => parts.bounds.hit('reactor_queue', facts),
    argSpec: (client, fun) => argSpecOf(catalog, client, fun),
    async local(call, cause) {
      if (!mayCall(call, cause, parts)) throw new ReactionError(`local.${call.fun} is not allowed`);
      const published = await parts.publish(orderOf(call, cause, opts['nodegroups'] ?? {}));
      if (published.kind === 'no_minions') log.warn({ fun: call.fun, cause }, `reaction for no minion: ${published.error}`);
    },
    async run(call, cause) {
      if (call.client === 'caller') throw new ReactionError(`caller.${call.fun} is for the reactor of a minion: on a master use local, runner or wheel`);
      if (call.client === 'local') return;
      if (!mayCall(call, cause, parts)) throw new ReactionError(`${call.client}.${call.fun} is not allowed`);
      const { done } = functions.start(call.client, { fun: call.fun, args: call.arg, kwargs: call.kwarg }, REACTOR_USER, { cause });
      const { success, return: value } = await done;
      if (success !== true) throw new ReactionError(`${call.client}.${call.fun} failed: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
    },
  });
}

/** Reactions go through the gate like everybody's calls: it tells the log of them. */
function mayCall(call: ReactionCall, cause: string | undefined, { access }: Pick<MasterReactions, 'access'>): boolean {
  if (call.client === 'caller') return false;
  return access.decideCall({ way: `reactor:${call.client}`, user: REACTOR_USER, fun: call.fun, from: `reaction ${cause ?? ''}`.trim(), ...(call.client === 'local' ? { tgt: call.order['tgt'] ?? '' } : {}) });
}

export function reactorPort(reactor: () => Reactor | undefined): ReactorPort {
  return {
    get isRunning() {
      return reactor() !== undefined;
    },
    get isLeader() {
      return reactor()?.isLeader === true;
    },
    setLeader(value) {
      const running = reactor();
      if (running !== undefined) running.isLeader = value;
      return value;
    },
    list: () => reactor()?.map.list() ?? [],
    add: (glob, files) => reactor()?.map.add(glob, files) ?? {},
    delete: (glob) => reactor()?.map.delete(glob) ?? {},
  };
}

/** Options that travel with a publication. */
const TRAVELLING = ['metadata', 'ret_config', 'ret_kwargs', 'module_executors', 'executor_opts', 'start_event'] as const;

function orderOf({ fun, arg, kwarg, order }: ReactionCall, cause: string, nodegroups: Value): JobOrder {
  const { tgt_type, expr_form, ret = '', jid, delimiter } = order;
  const { tgt, tgt_type: tgtType } = publishedForm({ expr: order['tgt'] ?? '', kind: String(tgt_type ?? expr_form ?? 'glob') }, { nodegroups });
  return {
    fun: fun.includes(',') ? fun.split(',') : fun, tgt, tgtType, ret: String(ret), user: 'root', cause,
    arg: [...arg, ...(Object.keys(kwarg).length === 0 ? [] : [{ ...kwarg, __kwarg__: true }])],
    ...(typeof jid === 'string' && jid !== '' ? { jid } : {}), ...(typeof delimiter === 'string' ? { delimiter } : {}),
    more: Object.fromEntries(TRAVELLING.flatMap((name) => (order[name] === undefined ? [] : [[name, order[name]]]))),
  };
}
