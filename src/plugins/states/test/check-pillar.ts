/** `test.check_pillar`. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import { done, failed } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isTruthy, typeName, type PlainMap, type Value } from '../../../kernel/std/value.js';

/** Lists of the call in the order they are looked at, and how Python prints the type. */
const KINDS: readonly (readonly [string, string | undefined, (value: Value) => boolean])[] = [
  ['present', undefined, () => true],
  ['boolean', "<class 'bool'>", (value) => typeof value === 'boolean'],
  ['integer', "<class 'int'>", (value) => ['int', 'bool'].includes(typeName(value))],
  ['string', "(<class 'str'>,)", (value) => typeof value === 'string'],
  ['listing', "<class 'list'>", (value) => Array.isArray(value)],
  ['dictionary', "<class 'dict'>", (value) => isMap(value)],
];

export async function checkPillar(name: Value, wanted: Readonly<Record<string, Value>>, ctx: Context): Promise<PlainMap> {
  if (!KINDS.some(([kind]) => isTruthy(wanted[kind]))) throw new InvocationError('Missing required argument text.');
  const fine = new Map<string, string>();
  const wrong = new Map<string, string | undefined>();
  for (const [kind, type, fits] of KINDS) {
    for (const key of keysOf(wanted[kind] ?? null)) {
      // Values are masked, so that a number is text here as it is in Salt. Source: golden states/runtime-039.
      const value = await ctx.call('pillar.get', [key, null]);
      if (value === null) wrong.set(key, undefined);
      else if (fits(value)) fine.set(key, type ?? 'None');
      else wrong.set(key, type);
    }
  }
  const faults = [...wrong].map(([key, type]) => `Pillar key "${key}" ${type === undefined ? 'is missing.' : `is not ${type}.`}\n`);
  const passed = isTruthy(wanted['verbose']) && fine.size > 0
    ? `Those keys passed the check:\n${[...fine].map(([key, type]) => `- ${key} (${type})\n`).join('')}` : '';
  return (wrong.size === 0 ? done : failed)(name, faults.join('') + passed);
}

function keysOf(value: Value): string[] {
  if (!isTruthy(value)) return [];
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return (value as readonly Value[]).map(str);
  throw new PythonError('TypeError', '');
}
