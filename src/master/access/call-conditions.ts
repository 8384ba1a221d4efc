/**
 * Conditions on one call: `test.*`, or `{cmd.run: {args: ['ls .*'], kwargs: {cwd: /srv}}}`. What a condition does not name is free.
 *
 * Source: read, Salt 3008.3 (`external_auth`, functions with arguments).
 */
import { splitKeyword } from '../../kernel/loader/words.js';
import { readWord } from '../../kernel/yaml/word.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isMap, mapEntries, mapGet, mapSize, type Value, type ValueMap } from '../../kernel/std/value.js';
import { fits } from './patterns.js';

/** A name may stand there more than once: then every value has to fit. */
export interface CallReading {
  readonly args: readonly Value[];
  readonly kwargs: readonly (readonly [string, Value])[];
}

/**
 * How the receiver may read the arguments. Text such as `name=value` may stay an argument or become a keyword, and with it
 * the places of the others change: a condition has to hold either way.
 */
export function readingsOf(arg: readonly Value[], kwarg: ValueMap = {}): CallReading[] {
  const isKeywords = (item: Value): item is ValueMap => isMap(item) && mapGet(item, '__kwarg__') === true;
  const named = [...arg.filter(isKeywords), kwarg].flatMap(mapEntries).map(([name, value]) => [String(name), value] as const).filter(([name]) => name !== '__kwarg__');
  const rest = arg.filter((item) => !isKeywords(item));
  const keywords = rest.map((item) => (typeof item === 'string' ? splitKeyword(item) : undefined));
  const asTheyStand: CallReading = { args: rest, kwargs: named };
  if (keywords.every((keyword) => keyword === undefined)) return [asTheyStand];
  const told = keywords.filter((keyword) => keyword !== undefined).map(([name, text]) => [name, readWord(text)] as const);
  return [asTheyStand, { args: rest.filter((_, at) => keywords[at] === undefined), kwargs: [...named, ...told] }];
}

/** The condition that lets the call through, as text; undefined when none does. */
export function allowedBy(conditions: Value, fun: string, readings: readonly CallReading[]): string | undefined {
  for (const condition of isList(conditions) ? conditions : [conditions]) {
    if (typeof condition === 'string' && fits(condition, fun)) return condition;
    if (!isMap(condition) || mapSize(condition) !== 1) continue;
    const [[pattern, wanted] = [null, null]] = mapEntries(condition);
    if (!fits(pattern, fun)) continue;
    const choices = isList(wanted) ? wanted : [wanted];
    if (choices.some((choice) => isMap(choice) && readings.every((reading) => holds(choice, reading)))) return `${String(pattern)} with arguments`;
  }
  return undefined;
}

function holds(condition: ValueMap, { args, kwargs }: CallReading): boolean {
  const wantedArgs = mapGet(condition, 'args') ?? [];
  const wantedKwargs = mapGet(condition, 'kwargs') ?? {};
  if (!isList(wantedArgs) || !isMap(wantedKwargs)) return false;
  if (!wantedArgs.every((pattern, at) => at < args.length && (pattern === null || fitsValue(pattern, args[at] ?? null)))) return false;
  return mapEntries(wantedKwargs).every(([name, pattern]) => {
    const given = kwargs.filter(([known]) => known === name);
    return given.length > 0 && given.every(([, value]) => pattern === null || fitsValue(pattern, value));
  });
}

/** Patterns may stand in YAML as numbers and truth values; values are compared in the text that Python has for them. */
const fitsValue = (pattern: Value, value: Value): boolean => fits(typeof pattern === 'string' ? pattern : str(pattern), str(value));
