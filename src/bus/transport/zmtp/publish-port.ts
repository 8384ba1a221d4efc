/** The publish port (XPUB): each message is written once and sent to all who subscribed to a beginning of it. */
import { setImmediate as turn } from 'node:timers/promises';
import { TransportClosedError, type PublishOptions, type PublishServer } from '../contract.js';
import { encodeMessage, type Command } from './frames.js';
import { Listener } from './listener.js';
import type { PeerOwner, ZmtpPeer } from './peer.js';
import { Topics } from './topics.js';

const RULES = { socketType: 'XPUB', peerTypes: new Set(['SUB', 'XSUB']), messageBytesMax: 4096, framesKept: 1 };
/** The longest topic of Salt has 40 bytes, of ours 64. */
const TOPIC_BYTES_MAX = 255;
const TOPICS_MAX = 200;
/** Of messages that are different; who waits for less than a message gets it in any case. */
const BYTES_BEHIND_MAX = 64 * 1024 * 1024;
/** Then whoever else waits for the loop has a turn. */
const SENT_AT_ONCE_MAX = 200;
const [UNSUBSCRIBE, SUBSCRIBE] = [0, 1];

/** @throws BindError */
export async function servePublications(options: PublishOptions): Promise<PublishServer> {
  const port = new PublishPort(options);
  await port.open();
  return port;
}

class PublishPort implements PublishServer, PeerOwner {
  readonly rules = RULES;
  readonly #options: PublishOptions;
  readonly #listener: Listener;
  readonly #topics = new Topics<ZmtpPeer>();
  readonly #topicsOf = new Map<ZmtpPeer, string[]>();
  readonly #listeners: ((topic: Buffer, subscribed: boolean) => void)[] = [];
  readonly #counters = { dropped: 0 };
  #address = '';
  #isClosed = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: PublishOptions) {
    this.#options = options;
    this.#listener = new Listener(options);
  }

  async open(): Promise<void> {
    this.#address = await this.#listener.open(this);
  }

  get address(): string {
    return this.#address;
  }

  get counters() {
    return { ...this.#listener.counters, ...this.#counters, connections: this.#listener.peers.size };
  }

  publish(frames: readonly Uint8Array[]): Promise<void> {
    if (this.#isClosed) return Promise.reject(new TransportClosedError(this.#address));
    const bytes = encodeMessage(frames);
    const topic = Buffer.from(frames[0]?.subarray(0, TOPIC_BYTES_MAX) ?? []).toString('latin1');
    const sent = this.#turn.then(() => this.#send(topic, bytes));
    // Who asked for it hears of a failure; the next one goes out all the same.
    this.#turn = sent.catch(() => undefined);
    return sent;
  }

  onSubscription(listener: (topic: Buffer, subscribed: boolean) => void): void {
    this.#listeners.push(listener);
  }

  opened(peer: ZmtpPeer): void {
    this.#listener.opened(peer);
  }

  message(peer: ZmtpPeer, [frame]: Buffer[]): void {
    if (frame?.[0] === SUBSCRIBE) this.#subscribe(peer, frame.subarray(1));
    else if (frame?.[0] === UNSUBSCRIBE) this.#unsubscribe(peer, frame.subarray(1));
  }

  command(peer: ZmtpPeer, { name, data }: Command): void {
    if (name === 'SUBSCRIBE') this.#subscribe(peer, data);
    else if (name === 'CANCEL') this.#unsubscribe(peer, data);
  }

  moved(): void {
    // What waits is looked at when something is sent.
  }

  closed(peer: ZmtpPeer, fault: Parameters<Listener['closed']>[1]): void {
    this.#listener.closed(peer, fault);
    for (const topic of this.#topicsOf.get(peer) ?? []) if (this.#topics.delete(topic, peer)) this.#tell(topic, false);
    this.#topicsOf.delete(peer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await this.#turn;
    await this.#listener.close();
  }

  async #send(topic: string, bytes: Buffer): Promise<void> {
    const full: ZmtpPeer[] = [];
    let sent = 0;
    for (const peer of this.#topics.matching(topic)) {
      if (this.#isFull(peer, bytes)) full.push(peer);
      else peer.send(bytes);
      sent += 1;
      if (sent % SENT_AT_ONCE_MAX === 0) await turn();
    }
    if (full.length === 0) return;
    // What was written is known when the loop has turned, and who publishes much at once does not let it.
    await turn();
    for (const peer of full) {
      if (this.#isFull(peer, bytes)) this.#drop(peer);
      else peer.send(bytes);
    }
  }

  #isFull({ waiting, waitingBytes }: ZmtpPeer, { length }: Buffer): boolean {
    return waiting >= this.#options.hwm || (waiting > 0 && waitingBytes + length > BYTES_BEHIND_MAX);
  }

  #drop({ isGone, address, waiting }: ZmtpPeer): void {
    if (isGone) return;
    this.#counters.dropped += 1;
    this.#options.onBound?.('waiting_publications', { address, waiting });
  }

  #subscribe(peer: ZmtpPeer, bytes: Buffer): void {
    const topics = this.#topicsOf.get(peer) ?? [];
    const topic = bytes.toString('latin1');
    if (topics.includes(topic)) return;
    if (bytes.length > TOPIC_BYTES_MAX || topics.length >= TOPICS_MAX) {
      this.#options.onBound?.('subscriptions', { address: peer.address, bytes: bytes.length });
      return;
    }
    topics.push(topic);
    this.#topicsOf.set(peer, topics);
    if (this.#topics.add(topic, peer)) this.#tell(topic, true);
  }

  #unsubscribe(peer: ZmtpPeer, bytes: Buffer): void {
    const topics = this.#topicsOf.get(peer) ?? [];
    const at = topics.indexOf(bytes.toString('latin1'));
    const [topic] = at < 0 ? [] : topics.splice(at, 1);
    if (topic !== undefined && this.#topics.delete(topic, peer)) this.#tell(topic, false);
  }

  #tell(topic: string, subscribed: boolean): void {
    for (const listener of this.#listeners) {
      try {
        listener(Buffer.from(topic, 'latin1'), subscribed);
      } catch (err) {
        this.#options.log.error({ err }, 'listener of subscriptions failed');
      }
    }
  }
}
