/** Starts the programs of apt and dpkg: never asking questions, waiting a bounded time for the lock of another package manager. */
import type { Context } from '../../../kernel/contract/context.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { callProgram, type LockRule, type ProgramCall, type ProgramResult } from '../pkg/program.js';

/** Keeps every tool in the chain from asking. Source: read, Salt 3008.3. */
export const DPKG_ENV: PlainMap = {
  APT_LISTBUGS_FRONTEND: 'none', APT_LISTCHANGES_FRONTEND: 'none', DEBIAN_FRONTEND: 'noninteractive', UCF_FORCE_CONFFOLD: '1',
};

/** 2, 4, 8 ... seconds. */
const LOCK: LockRule = { of: 'dpkg', isHeld: ({ stderr }) => stderr.includes('Could not get lock'), tries: 10, firstWaitMs: 2000 };

/** Runs a command of apt or dpkg and gives its end, whatever it is. */
export function callApt(argv: readonly string[], ctx: Context, call: Pick<ProgramCall, 'scope' | 'options'> = {}): Promise<ProgramResult> {
  return callProgram(argv, ctx, { ...call, scopeOptions: ['--description', '"pkg"'], env: DPKG_ENV, lock: LOCK });
}
