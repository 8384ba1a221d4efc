/** What may stand behind `is`. Source: read, Jinja2 3.1.6 and Salt 3008.3; golden: render/core-tests-*, core-test-*. */
import { FLAG } from '../../../kernel/std/python-regex.js';
import { operation, type Operation } from '../python/callable.js';
import { contains, equal, ordered, type OrderWord, truth } from '../python/compare.js';
import { type Data, isList, Thing } from '../python/data.js';
import { Dict, hashOf } from '../python/dict.js';
import { isIterable, sizeOf } from '../python/iterate.js';
import { Markup, textOf } from '../python/markup.js';
import { isFloat, isInt, numberOf } from '../python/numbers.js';
import { binary } from '../python/operators.js';
import { strOf } from '../python/text.js';
import { Undefined } from '../python/undefined.js';
import type { Operations } from '../eval/operations.js';
import { matchPattern } from './regex.js';

const test = (name: string, holds: (value: Data) => boolean): Operation => operation(name, ['value'], ([value = null]) => holds(value), { pythonName: `test_${name}` });
const pair = (name: string, holds: (a: Data, b: Data) => Data): Operation => operation(name, ['a', 'b'], ([a = null, b = null]) => holds(a, b));

function isSequence(value: Data): boolean {
  if (value instanceof Undefined) return !value.strict;
  return sizeOf(value) !== undefined && (textOf(value) !== undefined || !(value instanceof Thing) || value instanceof Dict || value.item !== undefined);
}

const order = (names: readonly string[], word: OrderWord): Operation[] => names.map((name) => pair(name, (a, b) => ordered(word, a, b)));
const equality = (names: readonly string[], wanted: boolean): Operation[] => names.map((name) => pair(name, (a, b) => equal(a, b) === wanted));

export function jinjaTests(operations: Operations): readonly Operation[] {
  return [
    test('boolean', (value) => typeof value === 'boolean'),
    test('callable', (value) => value instanceof Thing && value.call !== undefined),
    test('defined', (value) => !(value instanceof Undefined)),
    operation('divisibleby', ['value', 'num'], ([value = null, by = null]) => equal(binary('%', value, by), 0), { pythonName: 'test_divisibleby' }),
    ...equality(['==', 'eq', 'equalto'], true), ...equality(['!=', 'ne'], false),
    ...order(['<', 'lt', 'lessthan'], '<'), ...order(['<=', 'le'], '<='), ...order(['>', 'gt', 'greaterthan'], '>'), ...order(['>=', 'ge'], '>='),
    test('escaped', (value) => value instanceof Markup),
    test('even', (value) => equal(binary('%', value, 2), 0)),
    test('false', (value) => value === false),
    test('filter', (value) => operations.filter(nameIn(value)) !== undefined),
    test('float', (value) => isFloat(value)),
    operation('in', ['value', 'seq'], ([value = null, seq = null]) => contains(seq, value), { pythonName: 'test_in' }),
    test('integer', (value) => isInt(value) && typeof value !== 'boolean'),
    test('iterable', (value) => (value instanceof Undefined ? !value.strict || value.fail() : isIterable(value))),
    test('list', isList),
    test('lower', (value) => isCase(value, 'islower')),
    test('mapping', (value) => value instanceof Dict),
    operation('match', ['txt', 'rgx', ['ignorecase', false], ['multiline', false]], ([value = null, pattern = null, ignoreCase = false, multiline = false]) =>
      matchPattern(value, pattern, 'match', (truth(ignoreCase) ? FLAG.IGNORECASE : 0) | (truth(multiline) ? FLAG.MULTILINE : 0)) !== undefined, { pythonName: 'test_match' }),
    test('none', (value) => value === null),
    test('number', (value) => numberOf(value) !== undefined),
    test('odd', (value) => equal(binary('%', value, 2), 1)),
    operation('sameas', ['value', 'other'], ([a = null, b = null]) => a === b, { pythonName: 'test_sameas' }),
    test('sequence', isSequence),
    test('string', (value) => textOf(value) !== undefined),
    test('test', (value) => operations.test(nameIn(value)) !== undefined),
    test('true', (value) => value === true),
    test('undefined', (value) => value instanceof Undefined),
    test('upper', (value) => isCase(value, 'isupper')),
  ];
}

/** The name a value stands for; what can be no key is an error as in Python. */
function nameIn(value: Data): string {
  hashOf(value);
  return textOf(value) ?? '';
}

function isCase(value: Data, name: 'islower' | 'isupper'): boolean {
  const text = strOf(value);
  const same = name === 'islower' ? text.toLowerCase() : text.toUpperCase();
  const other = name === 'islower' ? text.toUpperCase() : text.toLowerCase();
  return text === same && text !== other;
}
