/** Commands that say themselves what they changed (`stateful`). Source: read, Salt 3008.3; golden states/runtime. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { splitWords } from '../../../kernel/sys/shell-words.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

export interface Stateful {
  readonly isStateful: boolean;
  /** Command for test runs. */
  readonly testName: string | undefined;
}

/** `stateful: True`, or `[{test_name: command}]`. */
export function readStateful(given: Value): Stateful {
  const [first] = Array.isArray(given) ? given as readonly Value[] : [];
  const testName = isMap(first) ? (first as PlainMap)['test_name'] : undefined;
  return { isStateful: Array.isArray(given) ? given.length > 0 : given === true, testName: testName === undefined ? undefined : str(testName) };
}

/** A row in which the output of the command says what changed. */
export function reinterpret(row: PlainMap): PlainMap {
  const answer = row['changes'] as PlainMap;
  const output = str(answer['stdout'] ?? '');
  const bare = { ...row, changes: {}, comment: '' };
  if (output === '') return isTruthy(answer['stderr']) ? { ...bare, comment: answer['stderr'] ?? '' } : bare;
  const said = readSaid(output);
  if (typeof said === 'string') return { ...bare, result: false, comment: said, changes: said.startsWith('Failed') ? answer : {} };
  const { comment = '', ...data } = said.data;
  if (!isTrue(data['changed'] ?? 'no')) return { ...bare, comment };
  const stdout = said.isJson ? '' : output.slice(0, output.trimEnd().lastIndexOf('\n') === -1 ? output.length - 1 : output.trimEnd().lastIndexOf('\n'));
  return { ...bare, comment, changes: { ...answer, ...data, stdout } };
}

/** JSON, or `name=value` words on the last line; a text says what is wrong. */
function readSaid(output: string): { readonly data: PlainMap; readonly isJson: boolean } | string {
  const json = readJson(output);
  if (json !== undefined) return isPlainMap(json) ? { data: json, isJson: true } : 'script JSON output must be a JSON object (e.g., {})!';
  const line = output.slice(output.trimEnd().lastIndexOf('\n') + 1);
  const data: PlainMap = {};
  for (const word of wordsOf(line)) {
    const parts = word.split('=');
    if (parts.length !== 2) return 'Failed parsing script output! Stdout must be JSON or a line of name=value pairs.';
    data[parts[0] ?? ''] = parts[1] ?? '';
  }
  return { data, isJson: false };
}

/** An open quote is no pair. */
function wordsOf(line: string): string[] {
  try {
    return splitWords(line);
  } catch (error) {
    if (error instanceof PythonError) return [''];
    throw error;
  }
}

function readJson(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isTrue(value: Value): boolean {
  const word = str(value).toLowerCase();
  if (['true', 'yes', '1'].includes(word)) return true;
  if (['false', 'no', '0'].includes(word)) return false;
  throw new PythonError('ValueError', `Failed parsing boolean value: ${str(value)}`);
}
