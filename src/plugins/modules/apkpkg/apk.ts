/** Starts apk, waits for its lock, and reads its lines. */
import type { Context } from '../../../kernel/contract/context.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { callProgram, type LockRule, type ProgramResult } from '../pkg/program.js';

/** Source: apk-tools 2.14; 2, 4, 8 ... seconds. */
const LOCK: LockRule = {
  of: 'apk', isHeld: ({ retcode, stderr, stdout }) => retcode !== 0 && /Unable to lock database: temporary error/.test(stderr + stdout), tries: 6, firstWaitMs: 2000,
};

export const callApk = (args: readonly string[], ctx: Context, options: PlainMap = {}): Promise<ProgramResult> =>
  callProgram(['apk', ...args], ctx, { scope: false, options, lock: LOCK });

/** `name-1.2.3-r0` apart; undefined for what is no such word (warnings, progress). */
export function readPackage(line: string): { name: string; version: string } | undefined {
  const match = /^(\S+)-([^\s-]+-r\d+)$/.exec(line.trim());
  return match === null ? undefined : { name: match[1] ?? '', version: match[2] ?? '' };
}

/** `(1/2) Upgrading musl (1.2.4-r1 -> 1.2.4-r2)`: new versions by name. */
export function readUpgrades(output: string): Record<string, string> {
  return Object.fromEntries([...output.matchAll(/^\(\d+\/\d+\) Upgrading (\S+) \(\S+ -> ([^\s)]+)\)/gm)].map((match) => [match[1] ?? '', match[2] ?? '']));
}
