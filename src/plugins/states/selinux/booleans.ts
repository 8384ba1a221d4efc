/** Booleans of SELinux, one or several at once. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isMap, isPlainMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../../kernel/std/value.js';

const ON = ['1', 'on', 'yes', 'true'];
const OFF = ['0', 'off', 'no', 'false'];

function switchOf(value: Value): 'on' | 'off' | undefined {
  const text = str(value).toLowerCase();
  return ON.includes(text) ? 'on' : OFF.includes(text) ? 'off' : undefined;
}

export interface Wish {
  readonly name: string;
  readonly value: Value;
  readonly booleans: Value;
  readonly persist: Value;
}

/** Names with their values, of a list of names and maps or of a map. A name alone gets the common value. */
function pairsOf(booleans: Value, value: Value): [string, Value][] {
  if (isMap(booleans)) return mapEntries(booleans).map(([name, one]) => [str(name), one]);
  return isList(booleans) ? booleans.flatMap((one): [string, Value][] => (isMap(one) ? pairsOf(one, value) : [[str(one), value]])) : [];
}
const wantedOf = ({ name, value, booleans }: Wish): Map<string, Value> => new Map(isTruthy(booleans) ? pairsOf(booleans, value) : [[name, value]]);

interface Sorted {
  readonly correct: string[];
  readonly changing: PlainMap;
  readonly changes: PlainMap;
}

/** What has to change, or why it cannot. */
function sorted(wanted: ReadonlyMap<string, Value>, known: PlainMap, persist: boolean): Sorted | string {
  const found: Sorted = { correct: [], changing: {}, changes: {} };
  for (const [name, value] of wanted) {
    const facts = known[name];
    if (!isPlainMap(facts)) return `Boolean ${name} is not available`;
    const position = switchOf(value);
    if (position === undefined) return `${str(value)} is not a valid value for the boolean ${name}`;
    const [state, fallback] = [facts['State'] ?? null, facts['Default'] ?? null];
    if (state === position && (!persist || fallback === position)) found.correct.push(name);
    else {
      found.changing[name] = position;
      found.changes[name] = persist ? { old: [state, fallback], new: [position, position] } : { old: state, new: position };
    }
  }
  return found;
}

export async function setBooleans(wish: Wish, ctx: Context): Promise<PlainMap> {
  const { name } = wish;
  const wanted = wantedOf(wish);
  const found = sorted(wanted, await ctx.call('selinux.list_sebool') as PlainMap, isTruthy(wish.persist));
  if (typeof found === 'string') return failed(name, found);
  const names = Object.keys(found.changing).sort().join(', ');
  const lines = found.correct.length > 0 ? [`The following booleans were in the correct state: ${found.correct.sort().join(', ')}`] : [];
  if (names === '') return done(name, lines.join('\n'));
  if (ctx.test) return wouldChange(name, [...lines, `The following booleans would be changed: ${names}`].join('\n'), found.changes);
  try {
    await ctx.call('selinux.setsebools', [found.changing, wish.persist], { strict: true });
  } catch (error) {
    if (error instanceof CommandExecutionError) return failed(name, `Failed to set the following booleans: ${str(Object.fromEntries(wanted))}\n${error.message}`);
    throw error;
  }
  return done(name, [...lines, `The following booleans have been changed: ${names}`].join('\n'), found.changes);
}

const tagOf = (chunk: PlainMap): string => [chunk['state'], chunk['__id__'], chunk['name'], chunk['fun']].map((part) => str(part ?? null)).join('_|-');

/** Gives the chunk with the booleans of all that are set alike; those that were joined are marked with `__agg__`. */
export function joinedBooleans(low: PlainMap, chunks: readonly Value[], running: PlainMap): PlainMap {
  if (low['fun'] !== 'boolean') return low;
  const ofChunk = (chunk: PlainMap): [string, Value][] => [...wantedOf({ name: str(chunk['name'] ?? ''), value: chunk['value'] ?? null, booleans: chunk['booleans'] ?? null, persist: null })];
  const joined: [string, Value][] = [];
  for (const chunk of chunks) {
    if (!isPlainMap(chunk) || chunk['state'] !== 'selinux' || chunk['fun'] !== 'boolean' || '__agg__' in chunk || Object.hasOwn(running, tagOf(chunk))) continue;
    if ((chunk['persist'] ?? null) !== (low['persist'] ?? null)) continue;
    joined.push(...ofChunk(chunk));
    chunk['__agg__'] = true;
  }
  return joined.length === 0 ? low : { ...low, booleans: Object.fromEntries([...ofChunk(low), ...joined]) };
}
