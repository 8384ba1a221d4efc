/**
 * Plans of many minions as one value: minions with equal plans share a group. What `state.plan` gives on one minion is
 * `{fails, changes, unknown, unchanged}`; anything else in its place is an error. The form is documented in docs/states.md.
 */
import { compareText } from '../std/python-order.js';
import { pythonJson } from '../std/python-json.js';
import { repr, str } from '../std/python-text.js';
import { isInteger, isList, isPlainMap, type PlainMap, type Value } from '../std/value.js';

/** What could happen to a state, in the order people want it. */
export const PLAN_KINDS = ['fails', 'changes', 'unknown'] as const;
export type PlanKind = (typeof PLAN_KINDS)[number];

interface Group {
  readonly plan: PlainMap;
  readonly minions: string[];
}

interface Refused {
  readonly errors: readonly string[];
  readonly minions: string[];
}

/** Of each plan one copy is kept, whatever the number of minions. */
export class PlanGroups {
  readonly #groups = new Map<string, Group>();
  readonly #refused = new Map<string, Refused>();
  readonly #missing: string[] = [];

  add(minion: string, answer: Value): void {
    const key = pythonJson(answer, { indent: null, sortKeys: true }) ?? repr(answer);
    if (isPlan(answer)) held(this.#groups, key, { plan: answer, minions: [] }).minions.push(minion);
    else held(this.#refused, key, { errors: errorsOf(answer), minions: [] }).minions.push(minion);
  }

  /** It did not answer. */
  miss(minion: string): void {
    this.#missing.push(minion);
  }

  /** Failures first, then changes; among equals what concerns most minions. */
  value(): PlainMap {
    const groups = [...this.#groups.values()].sort((a, b) => rankOf(a) - rankOf(b) || b.minions.length - a.minions.length || byFirst(a, b));
    const errors = [...this.#refused.values()].sort(byFirst);
    const minionsWith = (fits: (plan: PlainMap) => boolean): number => groups.reduce((sum, { plan, minions }) => sum + (fits(plan) ? minions.length : 0), 0);
    return {
      groups: groups.map(({ plan, minions }) => ({ minions: sorted(minions), ...plan })),
      errors: errors.map(({ errors: texts, minions }) => ({ minions: sorted(minions), errors: [...texts] })),
      missing: sorted(this.#missing),
      minions: {
        ...Object.fromEntries(PLAN_KINDS.map((kind) => [kind, minionsWith((plan) => lengthOf(plan, kind) > 0)])),
        unchanged: minionsWith((plan) => PLAN_KINDS.every((kind) => lengthOf(plan, kind) === 0)),
        errors: errors.reduce((sum, { minions }) => sum + minions.length, 0), missing: this.#missing.length,
      },
    };
  }
}

/** The value is one that `PlanGroups` gave. */
export function isPlanGroups(value: Value): value is PlainMap {
  return isPlainMap(value) && isList(value['groups'] ?? null) && isList(value['errors'] ?? null) && isList(value['missing'] ?? null) && isPlainMap(value['minions']);
}

function isPlan(answer: Value): answer is PlainMap {
  return isPlainMap(answer) && isInteger(answer['unchanged'] ?? null) && PLAN_KINDS.every((kind) => isList(answer[kind] ?? null));
}

/** What stands in place of rows: a list of errors, a text, a row that says that there is nothing to apply. */
function errorsOf(answer: Value): string[] {
  return isList(answer) ? (answer as readonly Value[]).map(str) : [typeof answer === 'string' ? answer : str(answer)];
}

function held<T>(map: Map<string, T>, key: string, fresh: T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  map.set(key, fresh);
  return fresh;
}

const lengthOf = (plan: PlainMap, kind: PlanKind): number => (isList(plan[kind] ?? null) ? (plan[kind] as readonly Value[]).length : 0);

function rankOf({ plan }: Group): number {
  const at = PLAN_KINDS.findIndex((kind) => lengthOf(plan, kind) > 0);
  return at < 0 ? PLAN_KINDS.length : at;
}

const sorted = (minions: readonly string[]): string[] => [...minions].sort(compareText);
const byFirst = (a: { readonly minions: readonly string[] }, b: { readonly minions: readonly string[] }): number => compareText(sorted(a.minions)[0] ?? '', sorted(b.minions)[0] ?? '');
