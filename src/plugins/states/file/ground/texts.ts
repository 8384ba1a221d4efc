/** Texts that states put into files: given, or rendered from sources. */
import type { Context } from '../../../../kernel/contract/context.js';
import { PythonError } from '../../../../kernel/contract/errors.js';
import { escapePython } from '../../../../kernel/std/python-regex.js';
import { splitLines } from '../../../../kernel/std/python-space.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isBytes, isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { readBytes } from '../../../../kernel/sys/file/content.js';
import { decodeUtf8 } from '../../../../kernel/sys/file/utf8.js';
import { Refusal } from './answer.js';
import { environmentOf } from './checks.js';

/** A list of texts from a text, bytes, a list of anything, or anything. @throws PythonError for bytes that are no text */
export function textList(value: Value): string[] {
  if (isBytes(value)) return [decodeUtf8(value)];
  return isList(value) ? value.map(str) : [str(value)];
}

export interface SourceArgs {
  readonly source: Value;
  readonly source_hash: Value;
  readonly sources: Value;
  readonly source_hashes: Value;
  readonly template: Value;
  readonly defaults: Value;
  readonly context: Value;
}

/** The sources a call names. @throws Refusal when they are named twice */
export function sourcesOf({ source, source_hash, sources, source_hashes }: SourceArgs): string[] {
  if (isTruthy(source) && isTruthy(sources)) throw new Refusal('source and sources are mutually exclusive');
  if (isTruthy(source_hash) && isTruthy(source_hashes)) throw new Refusal('source_hash and source_hashes are mutually exclusive');
  if (isTruthy(source)) return [str(source)];
  return isTruthy(sources) ? textList(sources) : [];
}

/** What a source that cannot be had makes of the state; it is named after the source. */
export class SourceFailure extends Error {
  readonly source: string;
  constructor(source: string, comment: string) {
    super(comment);
    this.source = source;
  }
}

/** The sources, rendered. @throws SourceFailure */
export async function renderSources(ctx: Context, sources: readonly string[], args: SourceArgs): Promise<string[]> {
  const variables: PlainMap = { ...(isPlainMap(args.defaults) ? args.defaults : {}), ...(isPlainMap(args.context) ? args.context : {}) };
  const texts: string[] = [];
  for (const source of sources) {
    const place = await ctx.call('cp.get_template', [source, ''], {
      template: args.template, saltenv: environmentOf(ctx), context: variables,
    });
    if (typeof place !== 'string' || place === '') throw new SourceFailure(source, `Failed to load template file ${source}`);
    const text = decodeUtf8(await readBytes(ctx.sys, place));
    if (text === '') throw new SourceFailure(source, `Failed to read rendered template file ${place} (${source})`);
    texts.push(text);
  }
  return texts;
}

/** Words of a line; where both kinds of quotes occur, what stands in double quotes is one word. Source: read, Salt 3008.3. */
function wordsOf(line: string): string[] {
  const quotes = line.includes("'") && line.includes('"') && !line.includes(`'\\"`);
  if (!quotes) return line.split(/[ \t]+/).filter((word) => word !== '');
  const words: string[] = [];
  for (const [word] of line.matchAll(/"[^"]*"?|[^ \t"][^ \t]*/g)) {
    if (word.startsWith('"') && (word.length === 1 || !word.endsWith('"'))) throw new PythonError('ValueError', 'No closing quotation');
    words.push(word);
  }
  return words;
}

const BLANKS = '(?:[\\s]+)?';

/** A pattern for the text whatever blanks stand between its words. */
export function blankTolerant(text: string): string {
  const lines = splitLines(text).map((line) => BLANKS + wordsOf(line).map(escapePython).join(BLANKS) + BLANKS);
  return `(?m)^${lines.join('')}$`;
}
