/** The renderer `toml`. */
import { parse, TomlDate, TomlError } from 'smol-toml';
import { floatOf, mapFrom, type Value } from '../../../kernel/std/value.js';
import { RenderError } from '../render-error.js';
import { textInput, withoutShebang } from './input.js';

export function renderToml(input: Value): Value {
  const text = withoutShebang(textInput(input));
  try {
    return toValue(parse(text, { integersAsBigInt: true }));
  } catch (error) {
    if (error instanceof TomlError) throw new RenderError(error.message.split('\n')[0] ?? error.message, { cause: error, excerpt: error.codeblock });
    throw error;
  }
}

/** Integers come as bigint, so that floats can be told from them. */
function toValue(data: unknown): Value {
  if (typeof data === 'bigint') return Number.isSafeInteger(Number(data)) ? Number(data) : data;
  if (typeof data === 'number') return floatOf(data);
  if (typeof data === 'string' || typeof data === 'boolean') return data;
  if (data instanceof TomlDate) return data.toISOString();
  if (Array.isArray(data)) return data.map(toValue);
  return mapFrom(Object.entries(data as Readonly<Record<string, unknown>>).map(([key, item]) => [key, toValue(item)] as const));
}
