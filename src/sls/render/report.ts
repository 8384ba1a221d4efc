/** What helps the author of a template, in the log, where Salt's text does not say it. */
import type { Logger } from '../../kernel/contract/log.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { RenderError } from './render-error.js';

/** Salt's text of a wrong template names the line and shows it: ours says more where it does not, another file is to blame, or a name was meant. */
export async function reportRenderError(error: unknown, log: Pick<Logger, 'error'>, facts: PlainMap, what: string): Promise<void> {
  if (!(error instanceof RenderError)) return;
  const { chain, suggestions, message, excerpt } = error;
  if (chain.length <= 1 && suggestions.length === 0 && message.includes(excerpt)) return;
  const { explainError } = await import('./explain.js');
  log.error(facts, `${what} cannot be rendered: ${explainError(error).trimEnd()}`);
}
