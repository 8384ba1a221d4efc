/** Wakes machines up over the network: the packet, and sending it to everybody. */
import { createSocket } from 'node:dgram';
import { PythonError } from '../contract/errors.js';
import { reprText } from '../std/python-text.js';

const MAC_REPEATS = 16;
const SEND_WITHIN_MS = 5000;

export interface WakeAddress {
  readonly bcast: string;
  readonly destport: number;
}

/** Twelve digits, or six pairs with any sign between them. @throws PythonError (a ValueError) */
function macBytes(mac: string): Buffer {
  if (mac.length !== 12 && mac.length !== 17) throw new PythonError('ValueError', 'Invalid MAC address');
  const digits = mac.length === 12 ? mac : mac.replaceAll(mac[2] as string, '');
  const pairs = [0, 2, 4, 6, 8, 10].map((at) => digits.slice(at, at + 2));
  const wrong = pairs.find((pair) => !/^[\da-f]{1,2}$/i.test(pair));
  if (wrong !== undefined) throw new PythonError('ValueError', `invalid literal for int() with base 16: ${reprText(wrong)}`);
  return Buffer.from(pairs.map((pair) => parseInt(pair, 16)));
}

/** Six bytes of ones, then the address sixteen times. */
export async function wakeMachine(mac: string, { bcast, destport }: WakeAddress): Promise<void> {
  const packet = Buffer.concat([Buffer.alloc(6, 0xff), ...Array<Buffer>(MAC_REPEATS).fill(macBytes(mac))]);
  const socket = createSocket('udp4');
  const timer = setTimeout(() => socket.emit('error', new Error('not sent in time')), SEND_WITHIN_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, () => {
        socket.setBroadcast(true);
        socket.send(packet, destport, bcast, (error) => (error === null ? resolve() : reject(error)));
      });
    });
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}
