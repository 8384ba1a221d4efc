/** What is written to sockets in one turn of the loop goes out at its end, each socket's in one system call. */
import type { Socket } from 'node:net';

export class GatheredWrites {
  readonly #corked = new Set<Socket>();

  write(socket: Socket, bytes: Uint8Array): void {
    if (!this.#corked.has(socket)) {
      if (this.#corked.size === 0) setImmediate(() => this.flush());
      this.#corked.add(socket);
      socket.cork();
    }
    socket.write(bytes);
  }

  flush(): void {
    for (const socket of this.#corked) socket.uncork();
    this.#corked.clear();
  }
}
