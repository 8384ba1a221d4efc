/**
 * Reacts to events: the files whose tags fit are rendered with `tag` and `data`, and what they say is called. Events for the same
 * files come one after the other, so that a slow file holds up itself only; runners and wheel functions run beside that, so many at
 * once as configured.
 * Refuses to know: how files are rendered, how jobs are published. Start at `Reactor`.
 *
 * Source: golden events/reactor-*; read, Salt 3008.3, `salt.utils.reactor`. Differs: a chain of reactions that goes on for ever is ended
 * with an event, what fails is an event too, and every call knows its cause.
 */
import type { BusEvent, EventBus } from '../../bus/event/bus.js';
import type { Happening } from '../../kernel/contract/happening.js';
import type { Logger } from '../../kernel/contract/log.js';
import { TaskGroup } from '../../kernel/std/async.js';
import { messageOf } from '../../kernel/loader/failure-text.js';
import { newJid } from '../../kernel/std/time.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { Management } from './management.js';
import { reactionCall, type ArgSpec, type ReactionCall } from './reaction-call.js';
import type { ReactionMap } from './reaction-map.js';
import { Waiting, type WaitingBounds } from './waiting.js';

/** The user under whom runners and wheel functions of reactions run; events that name it are never reacted to. */
export const REACTOR_USER = 'Reactor';
/** Reactions in one chain, from the first event on. */
export const CHAIN_MAX = 20;

/** A chunk of a reaction file, and where it stands. */
export interface Reaction {
  readonly chunk: PlainMap;
  /** `salt://reactor/heal.sls:3`, or the path of a local file with the line of its id. */
  readonly where: string;
}

export interface ReactorParts extends WaitingBounds {
  readonly bus: EventBus;
  readonly map: ReactionMap;
  /** Renders files and puts what they say into order; `onFailure` hears of a file that cannot be rendered. @throws when they contradict one another */
  compile(files: readonly string[], event: BusEvent, onFailure: (file: string, error: unknown) => void): Promise<readonly Reaction[]>;
  /** Publishes a job; resolves when it is published. */
  local(call: ReactionCall, cause: string): Promise<void>;
  /** Runs a runner or wheel function, or one of this host (`caller`), to its end. */
  run(call: ReactionCall, cause: string): Promise<void>;
  argSpec(client: 'runner' | 'wheel', fun: string): Promise<ArgSpec>;
  readonly trace: { note(happening: Happening): void; depth(id: string | undefined): number; causeOf(event: BusEvent): string | undefined };
  /** Proves that a `salt/reactors/manage` event comes from this host's root. */
  isManager(key: unknown): boolean;
  readonly hostId: string;
  /** `reactor_worker_threads`. */
  readonly threads: number;
  /** Something was not done since too much waits. */
  readonly onFull: (facts: Readonly<Record<string, string | number>>) => void;
  readonly log: Logger;
}

export class Reactor implements AsyncDisposable {
  readonly counters = { matched: 0, reactions: 0, failed: 0, looped: 0, lost: 0 };
  readonly #parts: ReactorParts;
  /** The last event for each list of files. */
  readonly #turns = new Map<string, Promise<void>>();
  readonly #tasks: TaskGroup;
  readonly #subscription: Disposable;
  readonly #management: Management;
  readonly #waiting: Waiting;

  constructor(parts: ReactorParts) {
    this.#parts = parts;
    this.#waiting = new Waiting(parts);
    this.#tasks = new TaskGroup({ limit: parts.threads, onError: (err) => parts.log.error({ err }, 'reaction failed') });
    this.#management = new Management(parts);
    this.#subscription = parts.bus.subscribe('', (event) => this.#hear(event));
  }

  get map(): ReactionMap {
    return this.#parts.map;
  }

  /** Events and calls that wait now, and the bytes of both. */
  get waiting(): Readonly<Record<'events' | 'calls' | 'bytes', number>> {
    return this.#waiting.counters;
  }

  /** Only the leader reacts. */
  get isLeader(): boolean {
    return this.#management.isLeader;
  }

  set isLeader(value: boolean) {
    this.#management.isLeader = value;
  }

  /** Events of the reactor itself are passed over: Salt's own guard against loops. */
  #hear(event: BusEvent): void {
    if (event.data['user'] === REACTOR_USER) return;
    if (this.#management.take(event)) return;
    const files = this.#management.isLeader ? this.#parts.map.filesFor(event.tag) : [];
    if (files.length === 0) return;
    this.counters.matched += 1;
    const place = this.#waiting.enter('events', event.data);
    if (place === undefined) this.#lose({ tag: event.tag });
    else this.#takeTurn(event, files, place);
  }

  /** In the next turn: what is told of it may be an event. */
  #lose(facts: Readonly<Record<string, string>>): void {
    this.counters.lost += 1;
    const all = { ...facts, ...this.#waiting.facts };
    setImmediate(() => this.#parts.onFull(all));
  }

  #takeTurn(event: BusEvent, files: readonly string[], place: { leave(): void }): void {
    const key = files.join('\n');
    const turn = (this.#turns.get(key) ?? Promise.resolve()).then(async () => {
      try {
        await this.#react(event, files);
      } catch (err) {
        this.#fail(event, err);
      }
      place.leave();
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
    });
    this.#turns.set(key, turn);
  }

  async #react(event: BusEvent, files: readonly string[]): Promise<void> {
    const { trace, log, bus } = this.#parts;
    const { tag, data } = event;
    const before = trace.causeOf(event);
    const depth = trace.depth(before);
    if (depth >= CHAIN_MAX) {
      this.counters.looped += 1;
      log.error({ tag, cause: before, reactions: depth }, 'not reacted to: this chain of reactions leads to itself; see tsalt-run event.trace with the cause');
      bus.fire('tsalt/reactor/loop', { tag, cause: before ?? null, reactions: depth, user: REACTOR_USER }, before);
      return;
    }
    const reactions = await this.#parts.compile(files, event, (file, err) => this.#fail(event, err, file));
    if (reactions.length === 0) return;
    const eventId = `event-${newJid()}`;
    trace.note({ id: eventId, kind: 'event', what: tag, atMs: Date.now(), cause: before, minion: typeof data['id'] === 'string' ? data['id'] : undefined });
    for (const reaction of reactions) await this.#call(event, reaction, eventId);
  }

  async #call(event: BusEvent, { chunk, where }: Reaction, cause: string): Promise<void> {
    const { trace, log } = this.#parts;
    try {
      const call = await reactionCall(chunk, (client, fun) => this.#parts.argSpec(client, fun));
      for (const name of call.ignored) {
        log.warn({ reaction: where }, `Reactor '${String(chunk['__id__'])}' is ignoring '${name}' param due to presence of 'args' param`);
      }
      const id = `reaction-${newJid()}`;
      trace.note({ id, kind: 'reaction', what: `${where} (${String(chunk['__id__'])})`, atMs: Date.now(), cause });
      this.counters.reactions += 1;
      if (call.client === 'local') await this.#parts.local(call, id);
      // One after the other, as Salt has it: they change the same machine.
      else if (call.client === 'caller') await this.#parts.run(call, id);
      else this.#runLater(event, call, id, where);
    } catch (err) {
      this.#fail(event, err, where);
    }
  }

  #runLater(event: BusEvent, call: ReactionCall, id: string, where: string): void {
    const place = this.#waiting.enter('calls', [call.arg, call.kwarg]);
    if (place === undefined) {
      this.#lose({ tag: event.tag, reaction: where });
      return;
    }
    void this.#tasks.start(async () => {
      place.leave();
      try {
        await this.#parts.run(call, id);
      } catch (err) {
        this.#fail(event, err, where);
      }
    });
  }

  /** Seen in the log and on the bus: what failed, in which file and line. */
  #fail({ tag }: BusEvent, err: unknown, where?: string): void {
    this.counters.failed += 1;
    this.#parts.log.error({ err, tag, ...(where === undefined ? {} : { reaction: where }) }, 'reaction failed');
    this.#parts.bus.fire('tsalt/reactor/failed', { tag, reaction: where ?? null, error: messageOf(err), user: REACTOR_USER });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#subscription[Symbol.dispose]();
    await Promise.all(this.#turns.values());
    await this.#tasks[Symbol.asyncDispose]();
  }
}
