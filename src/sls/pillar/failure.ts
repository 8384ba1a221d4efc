/**
 * Errors of pillar files: Salt's text for whoever may see it, and for the log of the master all that helps the author.
 * The lines of a pillar file hold secrets, so what is shown of them has its values covered.
 */
import { asError } from '../../kernel/std/async.js';
import { RenderError } from '../render/render-error.js';
import type { Compilation } from './compilation.js';
import { NotPlainError } from './plain.js';

const COVER = '**********';

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

const coveredText = (text: string): string => text.split('\n').map(coveredLine).join('\n');

/** Lines of a file with names, Jinja and marks as they are, and asterisks for everything that may be a value. */
export function covered(excerpt: string): string {
  return excerpt.split('\n').map((line) => (line === '---' || line === '[...]' ? line : coveredLine(line))).join('\n');
}

/** The number in front of a line, its indentation, the key, the value, the mark behind it. */
const LINE = /^([> ]*\d+ \| )?(\s*(?:- +)*)(?:(["']?)([^\s"':{}[\]!&*|>%@`#,][^"':{}[\]]*)\3(\s*:(?=\s|$)\s*))?(.*?)(\s*<={3,})?$/;
const JINJA = /(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})/;

function coveredLine(line: string): string {
  const [, number = '', indent = '', quote = '', key, colon = '', value = '', mark = ''] = LINE.exec(line) ?? [];
  const isData = key !== undefined || number !== '' || indent.includes('-');
  const shownKey = key === undefined ? '' : `${quote}${isName(key) ? key : COVER}${quote}${colon}`;
  return `${number}${indent}${shownKey}${value.split(JINJA).map((part) => coveredPart(part, isData)).join('')}${mark}`;
}

/** Prose, such as the words of an error, has its texts in quotes covered; data is covered whole. */
function coveredPart(part: string, isData: boolean): string {
  if (JINJA.test(part) || !isData) return coveredTexts(part);
  return part.trim() === '' || /^\^+$/.test(part.trim()) ? part : COVER;
}

/** Texts in quotes, unless they can only be names. */
const coveredTexts = (text: string): string =>
  text.replace(/(["'])((?:\\.|(?!\1).)*)\1/g, (whole, quote: string, inner: string) => (isName(inner) ? whole : `${quote}${COVER}${quote}`));

/** Words that people use for things: long ones with digits in them look like keys and tokens. */
const isName = (word: string): boolean => /^[\w.:/ -]{0,60}$/.test(word) && (!/\d/.test(word) || word.length <= 12);
