/** Whether a web address answers, asked without its content. */
import type { Context } from '../../../../kernel/contract/context.js';

/** How long one answer may take. */
const ANSWER_MS_MAX = 60_000;

/** False for an error of the server, and for no answer at all. Source: read, Salt 3008.3: a HEAD request, redirects followed. */
export async function isOnWeb(ctx: Context, address: string): Promise<boolean> {
  try {
    const answer = await fetch(address, { method: 'HEAD', signal: AbortSignal.any([ctx.signal, AbortSignal.timeout(ANSWER_MS_MAX)]) });
    return answer.ok;
  } catch (error) {
    ctx.signal.throwIfAborted();
    ctx.log.debug({ err: error }, 'a source of the web does not answer');
    return false;
  }
}
