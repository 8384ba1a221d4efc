/** Results as JSON text, as Python writes it, and back. */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { pythonJson } from '../../../kernel/std/python-json.js';
import { isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { readJson } from '../../../kernel/yaml/read-json.js';

/** @throws CommandExecutionError for keys that JSON cannot have */
export function jsonOf(value: Value, returner: string): string {
  const text = pythonJson(value, { indent: null, sortKeys: false });
  if (text === undefined) throw new CommandExecutionError(`${returner}: a key is neither text nor number, JSON cannot have it`);
  return text;
}

/** A map that was kept as JSON; empty for what is none. */
export function mapOfJson(text: unknown): PlainMap {
  const value = typeof text === 'string' ? readJson(text) : {};
  return isPlainMap(value) ? value : {};
}
