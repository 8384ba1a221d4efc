/** What a test says of an answer. Source: read, Salt 3008.3. */
import { compareValues } from '../../../kernel/std/python-order.js';
import { pythonJson } from '../../../kernel/std/python-json.js';
import { str } from '../../../kernel/std/python-text.js';
import { DEFAULT_DELIMITER, traverse } from '../../../kernel/std/traverse.js';
import { equalValues, floatOf, isInteger, isList, isMap, isNumber, isTruthy, mapGet, mapHas, mapKeys, type PlainMap, type Value, type ValueMap } from '../../../kernel/std/value.js';

interface Judged {
  readonly expected: Value;
  readonly returned: Value;
  /** Whether the answer may be shown. */
  readonly shows: boolean;
}
interface Assertion {
  /** How it stands between what is expected and what came. */
  readonly sign: string;
  /** Why it fails; undefined when it holds. */
  readonly why: (judged: Judged) => string | undefined;
  /** Needs a value to compare with. */
  readonly compares: boolean;
  /** That value is made of the kind of the answer first. */
  readonly casts: boolean;
}

function contains(whole: Value, part: Value): boolean {
  if (typeof whole === 'string') return typeof part === 'string' && whole.includes(part);
  if (isMap(whole)) return mapHas(whole, part);
  return isList(whole) && whole.some((one) => equalValues(one, part));
}

const pair = (sign: string, holds: (judged: Judged) => boolean, words: string, hidden: string, casts: boolean): Assertion => ({
  sign, compares: true, casts, why: (judged) => (holds(judged) ? undefined : judged.shows ? `${str(judged.expected)} ${words} ${str(judged.returned)}` : hidden),
});
/** Salt says the same of each of these. */
const order = (sign: string, holds: (sort: number) => boolean): Assertion => ({
  sign, compares: true, casts: true, why({ expected, returned }) {
    const sort = compareValues(expected, returned);
    return sort !== undefined && holds(sort) ? undefined : `${str(returned)} not False`;
  },
});
const alone = (sign: string, holds: (returned: Value) => boolean, why: (returned: Value) => string): Assertion => ({
  sign, compares: false, casts: false, why: ({ returned }) => (holds(returned) ? undefined : why(returned)),
});

const ASSERTIONS: Readonly<Record<string, Assertion>> = {
  assertEqual: pair('==', ({ expected, returned }) => equalValues(expected, returned), 'is not equal to', 'Result is not equal', true),
  assertNotEqual: pair('!=', ({ expected, returned }) => !equalValues(expected, returned), 'is equal to', 'Result is equal', true),
  assertIn: pair('IN', ({ expected, returned }) => contains(returned, expected), 'not found in', 'Result not found', false),
  assertNotIn: pair('NOT IN', ({ expected, returned }) => !contains(returned, expected), 'was found in', 'Result was found', false),
  assertTrue: alone('True is', (returned) => returned === true, (returned) => `${str(returned)} not True`),
  assertFalse: alone('False is', (returned) => returned === false || returned === '', (returned) => `${str(typeof returned === 'string' ? true : returned)} not False`),
  assertGreater: order('>', (sort) => sort > 0), assertGreaterEqual: order('>=', (sort) => sort >= 0), assertLess: order('<', (sort) => sort < 0), assertLessEqual: order('<=', (sort) => sort <= 0),
  assertEmpty: alone('IS EMPTY', (returned) => !isTruthy(returned), (returned) => `${str(returned)} is not empty`),
  assertNotEmpty: alone('IS NOT EMPTY', (returned) => isTruthy(returned), () => 'value is empty'),
};

const assertionOf = (name: Value | undefined): Assertion | undefined => (typeof name === 'string' && Object.hasOwn(ASSERTIONS, name) ? ASSERTIONS[name] : undefined);
export const expectedOf = (data: ValueMap): Value | undefined => mapGet(data, 'expected_return') ?? mapGet(data, 'expected-return');

/** Whether the words of a test make sense; else why not. */
export function assertionTrouble(data: ValueMap): string | undefined {
  const name = mapGet(data, 'assertion') ?? null;
  const assertion = assertionOf(name);
  if (assertion === undefined) return `${str(name)} is not in the assertions list`;
  return assertion.compares && (expectedOf(data) ?? null) === null ? 'expected_return missing a value' : undefined;
}

/** The expected value as the kind of the answer, where it can be. */
function cast(expected: Value, returned: Value): Value {
  if (typeof returned === 'boolean') return expected === 'False' ? false : isTruthy(expected);
  if (typeof returned === 'string') return str(expected);
  if (isNumber(returned)) return castNumber(expected, isInteger(returned));
  if (!isList(returned)) return expected;
  return typeof expected === 'string' ? Array.from(expected) : isMap(expected) ? mapKeys(expected) : expected;
}

function castNumber(expected: Value, isWhole: boolean): Value {
  const number = typeof expected === 'boolean' ? Number(expected) : isNumber(expected) || typeof expected === 'string' ? Number(expected) : Number.NaN;
  if (Number.isNaN(number) || (typeof expected === 'string' && (expected.trim() === '' || (isWhole && !/^\s*[+-]?\d+\s*$/.test(expected))))) return expected;
  return isWhole ? Math.trunc(number) : floatOf(number);
}

const JSON_STYLE = { indent: null, sortKeys: false };

export interface Answer {
  readonly fun: string;
  readonly args: Value;
  readonly value: Value;
  readonly details: boolean;
  readonly shows: boolean;
}

/** `{status: Pass}`, or what fails. */
export function judge(data: ValueMap, answer: Answer): PlainMap {
  const section = mapGet(data, 'assertion_section') ?? null;
  const returned = isTruthy(section) ? traverse(answer.value, section, false, str(mapGet(data, 'assertion_section_delimiter') ?? DEFAULT_DELIMITER)) : answer.value;
  const assertion = answer.fun === 'saltcheck.state_apply' ? ASSERTIONS['assertNotEmpty'] : assertionOf(mapGet(data, 'assertion'));
  if (assertion === undefined) return { status: 'Fail - bad assertion' };
  const given = expectedOf(data) ?? null;
  const expected = assertion.casts && returned !== null ? cast(given, returned) : given;
  const why = assertion.why({ expected, returned, shows: answer.shows });
  const status = why === undefined ? 'Pass' : `Fail: ${why}`;
  if (!answer.details) return { status };
  const shownSection = isTruthy(section) ? ` ${str(section)}` : '';
  return {
    status, [`module.function [args]${isTruthy(section) ? ' assertion_section' : ''}`]: `${answer.fun} ${pythonJson(answer.args, JSON_STYLE) ?? str(answer.args)}${shownSection}`,
    'saltcheck assertion': `${expected === null ? '' : `${str(expected)} `}${assertion.sign} ${answer.shows ? str(returned) : 'hidden'}`,
  };
}
