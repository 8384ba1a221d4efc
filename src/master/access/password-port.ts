/**
 * Asks the C library about a password, in a process of its own: libpam waits and does what its modules like, and a crash there is
 * not ours. The password goes by standard input, never into an argument list.
 */
import type { Logger } from '../../kernel/contract/log.js';
import type { PasswordPort } from '../../kernel/contract/ports.js';
import type { Sys } from '../../kernel/contract/sys.js';

const HELPER_MS = 25_000;
const OUTPUT_BYTES_MAX = 4096;
const REASON_MAX = 300;
/** Exit codes of the helper. */
const ANSWERS = { yes: 0, no: 1 } as const;

export function passwordPort({ sys, log, script }: { sys: Pick<Sys, 'run'>; log: Logger; /** The built helper. */ script: string }): PasswordPort {
  return {
    async check(question, signal) {
      const { code, stderr } = await sys.run([process.execPath, script], {
        stdin: JSON.stringify(question), timeoutMs: HELPER_MS, signal, outputBytesMax: OUTPUT_BYTES_MAX,
      });
      if (code !== ANSWERS.yes && code !== ANSWERS.no) {
        log.error({ kind: question.kind, code, reason: Buffer.from(stderr).toString('utf8').trim().slice(0, REASON_MAX) }, 'password cannot be checked');
      }
      return code === ANSWERS.yes;
    },
  };
}
