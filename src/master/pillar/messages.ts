/** What the master and a thread that compiles pillars say to each other. Requests and pillars travel as bytes. */
import type { LogLevel, PackedError } from '../../kernel/loader/worker-messages.js';
import type { PillarInputs } from '../../sls/pillar/inputs.js';

/** What a thread is started with. */
export interface ThreadSetup {
  readonly opts: Uint8Array;
  readonly distDir: string;
  /** Folders of users' plugins by kind. */
  readonly userDirs: Readonly<Record<string, readonly string[]>>;
  /** Ports of the master that functions may use. */
  readonly ports: readonly string[];
  /** A pillar with more bytes is an error. */
  readonly bytesMax: number;
}

export interface ThreadData extends ThreadSetup {
  /** Levels of lines that the log of the master takes: others are not sent. */
  readonly heard: readonly LogLevel[];
}

/** `top`: the merged top files instead of a pillar; `reactions`: what the files of a reactor say. */
export type Wanted = 'pillar' | 'top' | 'reactions';

export type ToThread =
  | { readonly type: 'compile'; readonly id: number; readonly wanted: Wanted; readonly request: Uint8Array }
  | { readonly type: 'abort'; readonly id: number; readonly reason: string }
  | { readonly type: 'answer'; readonly ask: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly ask: number; readonly error: PackedError };

/** A pillar in both dialects of the codec: that of replies and that of cache files. */
export interface PackedPillar {
  readonly network: Uint8Array;
  readonly bus: Uint8Array;
  readonly inputs: PillarInputs;
}

/** Mostly both dialects write the same bytes: they are kept once. Each has its memory to itself, and can be moved to another thread. */
export function packedPillar(network: Uint8Array, bus: Uint8Array, inputs: PillarInputs): PackedPillar {
  const own = ownBytes(network);
  return { network: own, bus: Buffer.compare(network, bus) === 0 ? own : ownBytes(bus), inputs };
}

/** A copy: small buffers are pieces of one of 8 kB, which is kept, and sent to other threads, as a whole. */
export const ownBytes = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

/** Pause between two signs of life of a thread that works. */
export const ALIVE_MS = 250;

export type FromThread =
  | { readonly type: 'alive' }
  | ({ readonly type: 'done'; readonly id: number } & PackedPillar)
  | { readonly type: 'failed'; readonly id: number; readonly error: PackedError }
  | { readonly type: 'log'; readonly level: LogLevel; readonly fields: Readonly<Record<string, unknown>>; readonly text: string }
  | { readonly type: 'ask'; readonly ask: number; readonly port: string; readonly method: string; readonly args: unknown };
