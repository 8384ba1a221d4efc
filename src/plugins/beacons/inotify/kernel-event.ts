/** What the kernel tells, as it comes over the pipe of the program that asks it. */
import { MASKS } from './program.data.js';

export interface KernelEvent {
  readonly watch: number;
  readonly mask: number;
  readonly cookie: number;
  /** Of what happened inside a watched folder; else empty. */
  readonly name: string;
}

const HEAD_BYTES = 16;

/** The events that are whole, in order, and the bytes behind them. */
export function readKernelEvents(bytes: Buffer): { readonly events: readonly KernelEvent[]; readonly rest: Buffer } {
  const events: KernelEvent[] = [];
  let rest = bytes;
  while (rest.length >= HEAD_BYTES) {
    const [watch, mask, cookie, length] = [readInt(rest, 0) | 0, readInt(rest, 4), readInt(rest, 8), readInt(rest, 12)];
    if (rest.length < HEAD_BYTES + length) break;
    events.push({ watch, mask, cookie, name: rest.subarray(HEAD_BYTES, HEAD_BYTES + length).toString().replace(/\0+$/, '') });
    rest = rest.subarray(HEAD_BYTES + length);
  }
  return { events, rest: Buffer.from(rest) };
}

const IS_BIG = new Uint8Array(new Uint32Array([1]).buffer)[0] === 0;
/** In the order of the machine. */
const readInt = (bytes: Buffer, at: number): number => (IS_BIG ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at));

/** As pyinotify writes it: `IN_CREATE|IN_ISDIR`. */
export function maskName(mask: number): string {
  const names = Object.entries(MASKS).filter(([, bit]) => (mask & bit) !== 0).map(([name]) => `IN_${name.toUpperCase()}`);
  return names.join('|');
}
