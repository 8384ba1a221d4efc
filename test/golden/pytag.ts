/** Reads the tagged JSON in which recordings write Python's values; see `render/pytag.py` beside the recordings. */
import { hide } from '../../src/kernel/std/masked.js';
import { setOf, tupleOf } from '../../src/kernel/std/sequences.js';
import { floatOf, mapFrom, type Value } from '../../src/kernel/std/value.js';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

interface Options {
  /** Keep tuples and sets apart from lists. Without it they are plain lists, as on the wire. */
  readonly sequences?: boolean;
}

const FLOAT_WORDS: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, '-inf': -Infinity };

function readFloat(text: string): Value {
  return floatOf(FLOAT_WORDS[text] ?? Number(text));
}

/** The value of a tag, or undefined when the key is none. */
function readTag(tag: string, content: Json, options: Options): Value | undefined {
  const list = (): Value[] => (content as Json[]).map((item) => untag(item, options));
  switch (tag) {
    case '$float': return readFloat(content as string);
    case '$int': return BigInt(content as string);
    case '$bytes': return Buffer.from(content as string, 'base64');
    case '$tuple': return options.sequences === true ? tupleOf(list()) : list();
    case '$set': return options.sequences === true ? setOf(list()) : list();
    case '$dict': return mapFrom((content as [Json, Json][]).map(([key, item]) => [untag(key, options), untag(item, options)] as const));
    case '$ref_masked': return hide(untag(content, options));
    default: return undefined;
  }
}

/** The value that a piece of tagged JSON stands for. */
export function untag(json: unknown, options: Options = {}): Value {
  const node = json as Json;
  if (Array.isArray(node)) return node.map((item) => untag(item, options));
  if (node === null || typeof node !== 'object') return node;
  const entries = Object.entries(node);
  const [only] = entries;
  const tagged = entries.length === 1 && only !== undefined ? readTag(only[0], only[1], options) : undefined;
  return tagged ?? mapFrom(entries.map(([key, item]) => [key, untag(item, options)] as const));
}
