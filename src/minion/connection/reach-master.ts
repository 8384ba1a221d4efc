/**
 * From the name of a master to a signed-in link: looks its name up, and waits as the configuration says for the name, for an
 * answer and for the acceptance of the key.
 */
import { SignInError } from '../../bus/channel/sign-in-error.js';
import type { MasterLink } from '../../bus/channel/master-link.js';
import { RequestTimeoutError } from '../../bus/transport/contract.js';
import { TsaltError } from '../../kernel/contract/errors.js';
import { sleep } from '../../kernel/std/async.js';
import { makeLink, type LinkParts, type OpenLink } from './make-link.js';
import { findAddress, type FoundAddress, type MasterAddress } from './masters.js';

/** The name of a master could not be looked up. */
export class MasterNameError extends TsaltError {
  readonly code = 'minion.master_name';
}

export interface Patience {
  /** False: another master is tried at once, be it that the name is unknown, nobody answers or the key is not accepted yet. */
  readonly waits: boolean;
  readonly signal: AbortSignal;
}

/** @throws MasterNameError, SignInError, RequestTimeoutError */
export async function reachMaster(parts: LinkParts, master: MasterAddress, patience: Patience): Promise<OpenLink> {
  const at = await addressInTime(parts, master, patience);
  const open = makeLink(parts, master, at);
  try {
    await signIn(parts, master, open.link, patience);
    return open;
  } catch (err) {
    await open[Symbol.asyncDispose]();
    throw err;
  }
}

/** Looks the name up until it is found, `retry_dns_count` times at most. */
async function addressInTime({ opts, log }: LinkParts, master: MasterAddress, { waits, signal }: Patience): Promise<FoundAddress> {
  const seconds = Number(opts['retry_dns'] ?? 30);
  const count = typeof opts['retry_dns_count'] === 'number' ? opts['retry_dns_count'] : Infinity;
  for (let left = count; ; left -= 1) {
    signal.throwIfAborted();
    try {
      return await findAddress(master, opts['ipv6']);
    } catch (cause) {
      if (!waits || !(seconds > 0) || left <= 0) throw unknownName(master, cause);
      log.error({ err: cause }, `Master hostname: '${master.host}' not found or not responsive. Retrying in ${seconds} seconds`);
      await sleep(seconds * 1000, signal, true);
    }
  }
}

function unknownName({ host }: MasterAddress, cause: unknown): MasterNameError {
  return new MasterNameError(
    `Master address: '${host}' could not be resolved. Invalid or unresolveable address. Set 'master' value in minion config.`, { cause, context: { host } });
}

/** `auth_tries` questions without answer are given up; a key that is not accepted yet is shown again as often as it takes. */
async function signIn({ opts, log }: LinkParts, master: MasterAddress, link: MasterLink, { waits, signal }: Patience): Promise<void> {
  const waitMs = Number(opts['acceptance_wait_time'] ?? 10) * 1000;
  const waitMaxMs = Number(opts['acceptance_wait_time_max'] ?? 0) * 1000;
  const timeoutMs = Number(opts['auth_timeout'] ?? 5) * 1000;
  let unanswered = 0;
  for (let refused = 0; ; ) {
    try {
      await link.signIn({ timeoutMs, tries: 1, signal });
      return;
    } catch (err) {
      if (!waits) throw err;
      if (err instanceof RequestTimeoutError) {
        unanswered += 1;
        if (unanswered >= Number(opts['auth_tries'] ?? 7)) throw err;
        log[unanswered === 1 ? 'warn' : 'info']({ err, master: master.host }, 'master does not answer: asking again');
        continue;
      }
      if (!(err instanceof SignInError) || (err.why !== 'pending' && err.why !== 'full')) throw err;
      const wait = waitMaxMs > 0 ? Math.min(waitMs * 2 ** Math.min(refused, 30), Math.max(waitMs, waitMaxMs)) : waitMs;
      log[refused === 0 ? 'warn' : 'info']({ master: master.host, waitMs: wait }, err.message);
      refused += 1;
      await sleep(wait, signal, true);
    }
  }
}
