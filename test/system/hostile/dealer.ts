/** A socket that sends messages of any shape to the request port and does not wait for replies. */
import { Dealer as ZmqDealer } from 'zeromq';

export class Dealer implements AsyncDisposable {
  readonly #socket = new ZmqDealer({ linger: 1000, sendHighWaterMark: 0, receiveHighWaterMark: 0 });

  /** `from`: the local address of the connection. */
  constructor(port: number, from?: string) {
    this.#socket.connect(from === undefined ? `tcp://127.0.0.1:${port}` : `tcp://${from}:0;127.0.0.1:${port}`);
  }

  /** The frames as they are: a request of the protocol is an empty one and the payload. */
  async send(frames: readonly Uint8Array[]): Promise<void> {
    await this.#socket.send(frames.map((frame) => Buffer.from(frame)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await Promise.resolve();
  }
}
