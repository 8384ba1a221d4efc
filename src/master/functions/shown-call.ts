/** What events tell of functions that get or give credentials: passwords and tokens are not in them. */
import { redact } from '../../kernel/std/masked.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';

const SECRETS: ReadonlySet<string> = new Set(['password', 'token', 'key']);

/** The same data where nothing is secret. */
export function shownOf(data: PlainMap): PlainMap {
  if (typeof data['fun'] !== 'string' || !data['fun'].startsWith('runner.auth.')) return data;
  const { fun_args: args, return: value, ...rest } = data;
  return { ...rest, ...(args === undefined ? {} : { fun_args: hideArgs(args, data['fun']) }), ...(value === undefined ? {} : { return: hideNamed(value) }) };
}

/** Text given by place may be a token; a question about rights has none. */
function hideArgs(args: Value, fun: string): Value {
  if (!isList(args)) return args;
  return args.map((arg) => (isPlainMap(arg) ? hideNamed(arg) : fun === 'runner.auth.explain' ? arg : redact(arg)));
}

function hideNamed(value: Value): Value {
  if (!isPlainMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, SECRETS.has(name) ? redact(item) : item]));
}
