/** Where the time of a process went: reads what `node --cpu-prof` wrote, for a stretch of time. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame; readonly children?: readonly number[] }[];
  /** Microseconds of the monotonic clock, as `process.hrtime`. */
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface Share {
  readonly name: string;
  readonly ms: number;
}

/** A stretch of time in microseconds of the monotonic clock. */
export interface Stretch {
  readonly fromUs: number;
  readonly toUs: number;
}

export const nowUs = (): number => Number(process.hrtime.bigint() / 1000n);

export class Profile {
  readonly #profile: CpuProfile;
  readonly #frames: Map<number, CallFrame>;
  readonly #maps = new Map<string, SourceMap | undefined>();

  /** The profile that a process left in a folder. */
  constructor(folder: string) {
    const name = readdirSync(folder).find((file) => file.endsWith('.cpuprofile'));
    if (name === undefined) throw new Error(`No profile in ${folder}`);
    this.#profile = JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile;
    this.#frames = new Map(this.#profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  }

  /** Self time by a name that `nameOf` gives to a place in the source, the largest first; idle time is left out. */
  shares({ fromUs, toUs }: Stretch, nameOf: (file: string, fun: string) => string): Share[] {
    const sums = new Map<string, number>();
    let at = this.#profile.startTime;
    for (const [index, id] of this.#profile.samples.entries()) {
      at += this.#profile.timeDeltas[index] ?? 0;
      const frame = this.#frames.get(id);
      if (at < fromUs || at > toUs || frame === undefined || frame.functionName === '(idle)') continue;
      const name = nameOf(this.#place(frame), frame.functionName === '' ? '(anonymous)' : frame.functionName);
      // The time of a sample is that until the next one.
      sums.set(name, (sums.get(name) ?? 0) + (this.#profile.timeDeltas[index + 1] ?? 0) / 1000);
    }
    return [...sums].map(([name, ms]) => ({ name, ms })).sort((a, b) => b.ms - a.ms);
  }

  /** The source file of a frame, `src/...`, or what node calls it. */
  #place({ url, lineNumber, columnNumber }: CallFrame): string {
    if (!url.startsWith('file:')) return url;
    const path = fileURLToPath(url);
    if (!this.#maps.has(path)) {
      const map = `${path}.map`;
      this.#maps.set(path, existsSync(map) ? new SourceMap(JSON.parse(readFileSync(map, 'utf8')) as SourceMapPayload) : undefined);
    }
    const entry = this.#maps.get(path)?.findEntry(lineNumber, columnNumber);
    const source = entry !== undefined && 'originalSource' in entry ? entry.originalSource : path;
    const packages = source.lastIndexOf('node_modules/');
    return packages >= 0 ? source.slice(packages) : source.slice(Math.max(0, source.lastIndexOf('src/')));
  }
}

/** The part of the program that a file belongs to. */
export function roomOf(file: string, fun: string): string {
  if (file === '') return fun === '(garbage collector)' ? 'garbage collection' : fun === '(program)' ? 'native code and system calls' : `native ${fun}`;
  if (file.startsWith('node_modules/')) return `package ${file.split('/')[1] ?? ''}`;
  if (file.startsWith('node:')) return `node ${file.split('/').slice(0, 2).join('/').replace('node:', '')}`;
  return file.split('/').slice(1, file.startsWith('src/bus/') || file.startsWith('src/master/') || file.startsWith('src/kernel/') ? 3 : 2).join('/');
}
