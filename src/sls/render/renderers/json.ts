/** The renderer `json`. */
import type { Value } from '../../../kernel/std/value.js';
import { readJson } from '../../../kernel/yaml/read-json.js';
import { textInput, withoutShebang } from './input.js';

export function renderJson(input: Value): Value {
  const text = withoutShebang(textInput(input));
  return text.trim() === '' ? {} : readJson(text);
}
