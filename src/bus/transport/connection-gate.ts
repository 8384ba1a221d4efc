/**
 * Who may open a connection to our ports, by address: asked by ZeroMQ in the handshake (ZAP, its RFC 27), before any message is read.
 *
 * A refused connection is left waiting until the time for the handshake is over; then the other side tries again by itself. Told "no",
 * ZeroMQ's clients would never come back.
 */
import { Reply } from 'zeromq';
import type { Logger } from '../../kernel/contract/log.js';
import type { ConnectionGate } from './contract.js';

/** The one place where ZeroMQ asks, for all sockets of a process. */
const HANDLER = 'inproc://zeromq.zap.01';
const VERSION = '1.0';
const OPEN = '200';
/** "Temporary error": neither served nor told. */
const WAIT = '300';

const gates = new Map<string, ConnectionGate>();
let handler: Reply | undefined;
let domains = 0;

/** Has the gate asked for sockets with the domain that is given back, until it is disposed. */
export async function openGate(gate: ConnectionGate, log: Logger): Promise<AsyncDisposable & { readonly domain: string }> {
  domains += 1;
  const domain = `tsalt-${domains}`;
  gates.set(domain, gate);
  if (handler === undefined) {
    const made = new Reply({ linger: 0 });
    handler = made;
    await made.bind(HANDLER);
    void answer(made, log);
  }
  return {
    domain,
    async [Symbol.asyncDispose]() {
      gates.delete(domain);
      if (gates.size > 0) return;
      handler?.close();
      handler = undefined;
      await Promise.resolve();
    },
  };
}

async function answer(socket: Reply, log: Logger): Promise<void> {
  try {
    for await (const [, id = '', domain, address] of socket) {
      await socket.send([VERSION, id, decide(String(domain), String(address), log), '', '', '']);
    }
  } catch (err) {
    if (!socket.closed) log.error({ err }, 'connections are not looked at any more');
  }
}

/** A gate that fails lets everybody in: it holds back floods, it does not prove anything. */
function decide(domain: string, address: string, log: Logger): string {
  try {
    return gates.get(domain)?.(address) === false ? WAIT : OPEN;
  } catch (err) {
    log.error({ err, address }, 'connection not looked at');
    return OPEN;
  }
}
