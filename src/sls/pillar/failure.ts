/**
 * Errors of pillar files: Salt's text for whoever may see it, and for the log of the master all that helps the author.
 * The lines of a pillar file hold secrets, so what is shown of them has its values covered.
 */
import { asError } from '../../kernel/std/async.js';
import { covered, coveredText } from '../render/covered.js';
import { RenderError } from '../render/render-error.js';
import type { Compilation } from './compilation.js';
import { NotPlainError } from './plain.js';

/** Writes an error to the log; gives Salt's text of it. @throws NotPlainError, which is for another compiler */
export async function logFailure(error: unknown, { what, name, way = [] }: { what: string; name: string; way?: readonly string[] }, { log, request }: Compilation): Promise<string> {
  if (error instanceof NotPlainError) throw error;
  // Seldom needed, and large.
  const { explainError } = await import('../render/explain.js');
  const { message, name: className } = asError(error);
  const included = way.length === 0 ? {} : { included_by: way };
  if (!(error instanceof RenderError)) {
    log.error({ minion: request.id, sls: name, error: className, ...included }, `${what} failed: ${coveredText(message)}`);
    return message;
  }
  const { place, chain, suggestions } = error;
  const shown = new RenderError(message, { place, chain, suggestions, reason: reasonOf(error), excerpt: covered(error.excerpt) });
  log.error(
    { minion: request.id, sls: name, source: error.place?.file, line: error.place?.line, chain: error.chain.map(({ file, line }) => `${file}:${line}`), ...included },
    `${what} cannot be rendered: ${explainError(shown).trimEnd()}`,
  );
  return message;
}

/** The reason without the lines that Salt's text repeats. */
const reasonOf = (error: RenderError): string => coveredText(error.excerpt === '' ? error.reason : error.reason.replace(error.excerpt, '').trimEnd());
