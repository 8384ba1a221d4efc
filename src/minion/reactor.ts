/**
 * The reactor of a minion: it hears the minion's own bus and calls functions of this minion (`caller`), and runners and wheel functions that
 * need no master. What becomes of it is also told to the master, as `salt/reactor/minion/<id>/...`.
 *
 * Source: read and observed, Salt 3008.3 (`engines.reactor` on a minion). Jobs for other minions (`local`) fail there as well: no master is
 * on the minion; here that is said.
 */
import { argSpecOf } from '../automation/reactor/arg-spec.js';
import { compileReactions } from '../automation/reactor/compile.js';
import { ChainDepths } from '../automation/reactor/chain-depths.js';
import { ReactionError, type ReactionCall } from '../automation/reactor/reaction-call.js';
import { reactionFiles } from '../automation/reactor/reaction-files.js';
import { Reactor } from '../automation/reactor/reactor.js';
import { readReactorOptions } from '../automation/reactor/reactor-options.js';
import type { EventBus } from '../bus/event/bus.js';
import { CommandExecutionError } from '../kernel/contract/errors.js';
import type { Logger } from '../kernel/contract/log.js';
import type { EventPort, FilePort, PackPort } from '../kernel/contract/ports.js';
import type { Sys } from '../kernel/contract/sys.js';
import type { ModuleHost } from '../kernel/loader/module-host.js';
import { RateLimits } from '../kernel/std/rate-limit.js';
import { isPlainMap, type PlainMap } from '../kernel/std/value.js';
import { createRenderer } from '../sls/render/renderer.js';
import { templateFiles } from '../sls/render/session-renderer.js';
import type { MinionState } from './minion-state.js';

export interface MinionReactorParts {
  readonly opts: Readonly<PlainMap>;
  readonly id: string;
  readonly sys: Sys;
  readonly state: MinionState;
  readonly host: ModuleHost;
  readonly bus: EventBus;
  readonly ports: { readonly events: EventPort; readonly files?: FilePort; readonly pack?: PackPort };
  /** Without one, `fireMaster` is the minion's own bus. */
  readonly hasMaster: boolean;
  readonly log: Logger;
}

/** A reaction file is a short program: one that computes longer, or waits longer, is wrong. */
const COMPUTE_MS_MAX = 10_000;
const COMPILE_MS_MAX = 30_000;
const TOLD = 'tsalt/reactor/';
/** That too much waits is said so often. */
const FULL_TOLD = { perSecond: 0.2, burst: 1, namesMax: 1 };

/** @throws ReactorMapError */
export function openMinionReactor(parts: MinionReactorParts): AsyncDisposable {
  const { opts, id, bus, ports, host, log } = parts;
  const { map, ...bounds } = readReactorOptions(opts);
  const fullTold = new RateLimits(FULL_TOLD);
  for (const entry of map.ignored) log.warn({ entry: JSON.stringify(entry) }, 'not an entry of `reactor`: each is a tag with its files, such as `- my/tag: [/etc/salt/reactor/it.sls]`');
  const depths = new ChainDepths();
  const stop = new AbortController();
  const reactor = new Reactor({
    bus, map, log, hostId: id, ...bounds,
    compile: (references, event, onFailure) => compileReactions(references, event, {
      renderer: rendererOf(parts, AbortSignal.any([stop.signal, AbortSignal.timeout(COMPILE_MS_MAX)])), files: (reference) => reactionFiles(reference, { files: filesOf(parts), sys: parts.sys }), onFailure,
    }),
    trace: { note: (happening) => depths.note(happening), depth: (cause) => depths.depth(cause), causeOf: ({ cause }) => cause },
    // The runner `reactor` is one of a master.
    isManager: () => false,
    onFull: (facts) => {
      if (!fullTold.take('full')) return;
      log.error(facts, 'not reacted to: too much waits');
      bus.fire(`${TOLD}full`, { ...facts });
    },
    argSpec: (client, fun) => argSpecOf(host.catalog, client, fun),
    local: (call) => Promise.reject(notHere(call)),
    run: (call, cause) => runHere(call, { cause, root: depths.root(cause) }, parts, stop.signal),
  });
  const told = bus.subscribe(TOLD, ({ tag, data }) => void tellMaster(parts, tag, data));
  log.info({ tags: map.size }, 'reactor started');
  return {
    async [Symbol.asyncDispose]() {
      told[Symbol.dispose]();
      stop.abort(new Error('the minion stops'));
      await reactor[Symbol.asyncDispose]();
    },
  };

  function tellMaster({ hasMaster }: MinionReactorParts, tag: string, data: PlainMap): Promise<void> {
    if (!hasMaster) return Promise.resolve();
    return ports.events.fireMaster(tag.replace(TOLD, `salt/reactor/minion/${id}/`), data)
      .then(() => undefined, (err: unknown) => log.debug({ err, tag }, 'event not delivered'));
  }
}

function filesOf({ ports: { files } }: MinionReactorParts): FilePort {
  if (files === undefined) throw new CommandExecutionError('nobody serves files here');
  return files;
}

function rendererOf(parts: MinionReactorParts, signal: AbortSignal) {
  const { host, opts, id, sys, state, log, ports: { pack } } = parts;
  const session = host.session({ signal, nested: true, unmaskPillar: true });
  return createRenderer({
    files: templateFiles(filesOf(parts), sys), call: (fun, args, kwargs) => session.call(fun, args, kwargs), functions: () => host.catalog.functions('modules'),
    facts: { grains: state.grains, pillar: state.pillar, opts, id }, log, sys, limits: { computeMsMax: COMPUTE_MS_MAX },
    ...(pack === undefined ? {} : { unpack: (bytes: Uint8Array) => pack.unpack(bytes) }),
  });
}

const notHere = ({ fun }: ReactionCall): ReactionError =>
  new ReactionError(`local.${fun} is for the reactor of a master: on a minion use caller, and event.send to tell the master`);

const KINDS = { caller: 'modules', runner: 'runners', wheel: 'wheel' } as const;

/** Ids of jobs; those of reactions and events have words before them. */
const JID = /^\d{20}/;

/**
 * What the function fires here is known to come of the reaction, and what it tells the master to come of the job that began it all: a chain
 * that leads to itself is seen, also one over both hosts.
 */
async function runHere(call: ReactionCall, { cause, root }: { cause: string; root: string }, { host, bus, ports, hasMaster }: MinionReactorParts, signal: AbortSignal): Promise<void> {
  if (call.client === 'local') throw notHere(call);
  const fireLocal: EventPort['fireLocal'] = (tag, data) => Promise.resolve(bus.fire(tag, data, cause)).then(() => true);
  const fireMaster: EventPort['fireMaster'] = (tag, data, ...more) => {
    if (!hasMaster) return fireLocal(tag, data as PlainMap);
    return ports.events.fireMaster(tag, JID.test(root) && isPlainMap(data ?? null) ? { ...data as PlainMap, __pub_jid: root } : data, ...more);
  };
  await host.session({ kind: KINDS[call.client], signal, nested: true, ports: { events: { ...ports.events, fireLocal, fireMaster } } }).call(call.fun, call.arg, call.kwarg);
}
