/**
 * The publish port: seals jobs, chooses topics, and knows which minions listen.
 *
 * Source: wire-protocol 1.2; presence section 9. Our own minions subscribe to a topic that only they and we can name; of
 * others only addresses are seen.
 */
import type { PublishEnvelope } from '../../bus/channel/publish-envelope.js';
import { presenceTopic } from '../../bus/channel/master-link.js';
import { minionTopic } from '../../bus/crypto/digest.js';
import type { PublishServer } from '../../bus/transport/contract.js';
import { isList, type PlainMap } from '../../kernel/std/value.js';

export interface PublisherOptions {
  readonly server: PublishServer;
  readonly envelope: PublishEnvelope;
  /** `zmq_filtering`: one message for each matched minion, under its topic. */
  readonly filtering: boolean;
}

/** Strangers may subscribe to anything: so much of it is remembered. */
const UNCLAIMED_MAX = 50_000;
/** Topics known of one minion at a time. */
const TOPICS_MAX = 4;
/** Of an id (SHA-1) or of a session (SHA-256); nothing else can ever belong to a minion. */
const TOPIC = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const BY_ID = new Set(['glob', 'pcre', 'list']);

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #topics = new Map<string, string>();
  /** Topics of each minion, the oldest first, and whether it is subscribed to each. */
  readonly #topicsOf = new Map<string, Map<string, boolean>>();
  /** Minions that showed by a topic that they listen, since they signed in: of them it is known when they go. */
  readonly #shown = new Set<string>();
  /** Since when those do not listen any more that did, unix milliseconds. */
  readonly #gone = new Map<string, number>();
  /** Topics that no known minion owns yet. */
  readonly #unclaimed = new Set<string>();
  #published = 0;

  constructor(options: PublisherOptions) {
    this.#options = options;
    options.server.onSubscription((topic, subscribed) => this.#subscribed(topic.toString('latin1'), subscribed));
  }

  get gone(): ReadonlyMap<string, number> {
    return this.#gone;
  }

  get published(): number {
    return this.#published;
  }

  async publish(load: PlainMap, minions: readonly string[]): Promise<void> {
    const { server, envelope, filtering } = this.#options;
    this.#published += 1;
    const frame = envelope.seal(load);
    if (!filtering) return server.publish([frame]);
    const ids = load['tgt_type'] === 'list' && isList(load['tgt']) ? load['tgt'].map(String) : minions;
    const topics = BY_ID.has(String(load['tgt_type'])) ? ids.map(minionTopic) : ['broadcast'];
    for (const topic of topics) await server.publish([Buffer.from(topic), frame]);
  }

  /** Remembers by which topic a minion shows that it listens. */
  expect(id: string, sessionKey: string): void {
    if (!this.#listens(id)) this.#shown.delete(id);
    for (const topic of [presenceTopic(sessionKey), ...(this.#options.filtering ? [minionTopic(id)] : [])]) {
      this.#topics.set(topic, id);
      const isSubscribed = this.#unclaimed.delete(topic) || this.#topicsOf.get(id)?.get(topic) === true;
      this.#note(id, topic, isSubscribed);
      this.#keepFew(id);
    }
  }

  /** Undefined when this cannot be told (a real minion without filtering). */
  isListening(id: string): boolean | undefined {
    return this.#shown.has(id) ? this.#listens(id) : undefined;
  }

  listening(): string[] {
    return [...this.#topicsOf.keys()].filter((id) => this.#listens(id)).sort();
  }

  #listens(id: string): boolean {
    return [...(this.#topicsOf.get(id)?.values() ?? [])].includes(true);
  }

  #note(id: string, topic: string, isSubscribed: boolean): void {
    const topics = this.#topicsOf.get(id) ?? new Map<string, boolean>();
    this.#topicsOf.set(id, topics.set(topic, isSubscribed));
    if (isSubscribed) this.#shown.add(id);
    if (this.#listens(id)) this.#gone.delete(id);
    else if (this.#shown.has(id) && !this.#gone.has(id)) this.#gone.set(id, Date.now());
  }

  /** A session that was renewed leaves its topic behind: it is forgotten, one that the minion still listens to last. */
  #keepFew(id: string): void {
    const topics = this.#topicsOf.get(id) ?? new Map<string, boolean>();
    while (topics.size > TOPICS_MAX) {
      const old = [...topics].find(([, isSubscribed]) => !isSubscribed)?.[0] ?? [...topics.keys()][0] ?? '';
      topics.delete(old);
      this.#topics.delete(old);
    }
  }

  #subscribed(topic: string, subscribed: boolean): void {
    const id = this.#topics.get(topic);
    if (id !== undefined) this.#note(id, topic, subscribed);
    else if (!subscribed) this.#unclaimed.delete(topic);
    else if (TOPIC.test(topic) && this.#unclaimed.size < UNCLAIMED_MAX) this.#unclaimed.add(topic);
  }
}
