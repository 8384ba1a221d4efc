/** A minion that asks on connections which it keeps, as real ones do: many requests cost little, and none needs a new connection. */
import type { RequestClient } from '../../../src/bus/transport/contract.js';
import { requestClient } from '../../../src/bus/transport/zeromq.js';
import type { PlainMap, Value } from '../../../src/kernel/std/value.js';
import type { RawMinion, RawReply } from '../../support/fleet/raw-minion.js';

const REPLY_MS = 20_000;

export class SteadyMinion implements AsyncDisposable {
  readonly raw: RawMinion;
  readonly #client: RequestClient;
  readonly #tok: Value;

  constructor(raw: RawMinion) {
    this.raw = raw;
    this.#client = requestClient({ address: `tcp://127.0.0.1:${raw.port}`, ipv6: false, frameBytesMax: 256 * 1024 * 1024, tcpKeepaliveIdleSeconds: 300 });
    this.#tok = raw.complete({})['tok'] ?? null;
  }

  /** As an honest minion: of more requests in a second than the master remembers the next begin a new session. @throws RequestTimeoutError */
  async send(load: PlainMap): Promise<RawReply> {
    const reply = await this.#sendOnce(load);
    if (reply.kind !== 'clear' || reply.value !== 'bad load') return reply;
    await this.raw.signIn();
    return this.#sendOnce(load);
  }

  async #sendOnce(load: PlainMap): Promise<RawReply> {
    return this.raw.read(await this.#client.request(this.raw.seal(this.raw.complete(load, this.#tok)), { timeoutMs: REPLY_MS }));
  }

  /** The sealed value of the reply; a refusal in clear gives that. */
  async ask(load: PlainMap): Promise<Value | undefined> {
    const reply = await this.send(load);
    return reply.kind === 'none' ? undefined : reply.value;
  }

  /** Sends in clear, as anybody can. */
  clear(frame: Uint8Array): Promise<Buffer> {
    return this.#client.request(frame, { timeoutMs: REPLY_MS });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#client[Symbol.asyncDispose]());
  }
}
