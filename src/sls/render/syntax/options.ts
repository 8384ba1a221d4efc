/** How a template is written: `jinja_env`, `jinja_sls_env` and the first line `#jinja2: {...}`. */
import { isTruthy, mapEntries, type Value, type ValueMap } from '../../../kernel/std/value.js';

export interface SyntaxOptions {
  readonly blockStart: string;
  readonly blockEnd: string;
  readonly variableStart: string;
  readonly variableEnd: string;
  readonly commentStart: string;
  readonly commentEnd: string;
  readonly lineStatementPrefix: string | undefined;
  readonly lineCommentPrefix: string | undefined;
  readonly trimBlocks: boolean;
  readonly lstripBlocks: boolean;
  readonly newlineSequence: string;
  readonly keepTrailingNewline: boolean;
}

export const USUAL_SYNTAX: SyntaxOptions = {
  blockStart: '{%', blockEnd: '%}', variableStart: '{{', variableEnd: '}}', commentStart: '{#', commentEnd: '#}',
  lineStatementPrefix: undefined, lineCommentPrefix: undefined, trimBlocks: false, lstripBlocks: false, newlineSequence: '\n',
  keepTrailingNewline: false,
};

type Name = keyof SyntaxOptions;

/** Jinja's names of what can be set. */
const TEXTS: ReadonlyMap<string, Name> = new Map<string, Name>([
  ['block_start_string', 'blockStart'], ['block_end_string', 'blockEnd'], ['variable_start_string', 'variableStart'],
  ['variable_end_string', 'variableEnd'], ['comment_start_string', 'commentStart'], ['comment_end_string', 'commentEnd'],
  ['line_statement_prefix', 'lineStatementPrefix'], ['line_comment_prefix', 'lineCommentPrefix'], ['newline_sequence', 'newlineSequence'],
]);
const FLAGS: ReadonlyMap<string, Name> = new Map<string, Name>([
  ['trim_blocks', 'trimBlocks'], ['lstrip_blocks', 'lstripBlocks'], ['keep_trailing_newline', 'keepTrailingNewline'],
]);

/** The options with those of a map; `unknown` hears of names that Jinja has not. */
export function withOptions(base: SyntaxOptions, given: ValueMap, unknown: (name: string) => void): SyntaxOptions {
  const changed: Record<string, unknown> = { ...base };
  for (const [key, value] of mapEntries(given)) {
    const word = String(key).toLowerCase();
    const text = TEXTS.get(word);
    const flag = FLAGS.get(word);
    if (text !== undefined) changed[text] = textValue(value, base[text]);
    else if (flag !== undefined) changed[flag] = isTruthy(value);
    else unknown(String(key));
  }
  return changed as unknown as SyntaxOptions;
}

function textValue(value: Value, usual: unknown): unknown {
  if (typeof value === 'string' && value !== '') return value;
  return value === null ? undefined : usual;
}
