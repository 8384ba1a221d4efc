/** Runs a program and watches its memory. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Peak {
  readonly code: number;
  /** The most that it had resident. */
  readonly megabytes: number;
  readonly seconds: number;
  /** What it wrote to its output. */
  readonly bytes: number;
}

const LOOK_EVERY_MS = 5;

export function peakMemory([program, ...args]: readonly [string, ...string[]]): Promise<Peak> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let megabytes = 0;
    let bytes = 0;
    child.stdout.on('data', (chunk: Buffer) => void (bytes += chunk.length));
    const timer = setInterval(() => {
      const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(statusOf(child.pid))?.[1];
      if (kilobytes !== undefined) megabytes = Number(kilobytes) / 1024;
    }, LOOK_EVERY_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      resolve({ code: code ?? 128, megabytes, seconds: (performance.now() - began) / 1000, bytes });
    });
  });
}

/** Empty once it ended. */
function statusOf(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}
