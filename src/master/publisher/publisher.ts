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
  readonly #topicsOf = new Map<string, string[]>();
  readonly #listening = new Set<string>();
  /** Minions that showed by a topic that they listen, since they signed in: of them it is known when they go. */
  readonly #shown = new Set<string>();
  /** Topics that no known minion owns yet. */
  readonly #unclaimed = new Set<string>();
  #published = 0;

  constructor(options: PublisherOptions) {
    this.#options = options;
    options.server.onSubscription((topic, subscribed) => this.#subscribed(topic.toString('latin1'), subscribed));
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
    if (!this.#listening.has(id)) this.#shown.delete(id);
    for (const topic of [presenceTopic(sessionKey), ...(this.#options.filtering ? [minionTopic(id)] : [])]) {
      this.#topics.set(topic, id);
      this.#keepLatest(id, topic);
      if (this.#unclaimed.delete(topic)) this.#listens(id);
    }
  }

  /** A session that was renewed leaves its topic behind: the last few of each minion are known. */
  #keepLatest(id: string, topic: string): void {
    const topics = [...(this.#topicsOf.get(id) ?? []).filter((known) => known !== topic), topic];
    for (const old of topics.splice(0, Math.max(0, topics.length - TOPICS_MAX))) this.#topics.delete(old);
    this.#topicsOf.set(id, topics);
  }

  /** Undefined when this cannot be told (a real minion without filtering). */
  isListening(id: string): boolean | undefined {
    return this.#shown.has(id) ? this.#listening.has(id) : undefined;
  }

  #listens(id: string): void {
    this.#listening.add(id);
    this.#shown.add(id);
  }

  listening(): string[] {
    return [...this.#listening].sort();
  }

  #subscribed(topic: string, subscribed: boolean): void {
    const id = this.#topics.get(topic);
    if (id === undefined) {
      if (subscribed && TOPIC.test(topic) && this.#unclaimed.size < UNCLAIMED_MAX) this.#unclaimed.add(topic);
      if (!subscribed) this.#unclaimed.delete(topic);
      return;
    }
    if (subscribed) this.#listens(id);
    else this.#listening.delete(id);
  }
}
