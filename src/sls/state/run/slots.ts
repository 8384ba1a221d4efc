/**
 * Slots: `__slot__:salt:mod.fun(args).path ~ text` in arguments stand for what a function gives at that moment.
 *
 * Source: state-system, section 4; golden states/runtime (slots); read, Salt 3008.3. What is malformed stays as it is.
 */
import type { CallSession } from '../../../kernel/loader/call-session.js';
import { traverse } from '../../../kernel/std/traverse.js';
import { isMap, mapEntries, mapFrom, type PlainMap, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { readCall } from './slot-call.js';

const MARK = '__slot__:';

export interface Call {
  readonly args: readonly Value[];
  readonly kwargs: PlainMap;
}

/** Texts, texts in a list, and values one level deep in maps. Nothing given is changed. */
export async function fillSlots({ args, kwargs }: Call, session: CallSession): Promise<Call> {
  const filledArgs: Value[] = [];
  for (const arg of args) filledArgs.push(await fill(arg, session));
  const filled: PlainMap = {};
  for (const [name, value] of Object.entries(kwargs)) filled[name] = await fill(value, session);
  return { args: filledArgs, kwargs: filled };
}

/** True when there is anything to fill: most calls have no slots. */
export function hasSlots(kwargs: PlainMap): boolean {
  return Object.values(kwargs).some((value) => isSlot(value)
    || (isMap(value) && mapEntries(value).some(([, item]) => isSlot(item)))
    || (Array.isArray(value) && (value as readonly Value[]).some((item) => isSlot(item) || (isMap(item) && mapEntries(item).some(([, inner]) => isSlot(inner))))));
}

const isSlot = (value: Value): value is string => typeof value === 'string' && value.startsWith(MARK);

async function fill(value: Value, session: CallSession): Promise<Value> {
  if (isSlot(value)) return evaluate(value, session);
  if (isMap(value)) return fillMap(value, session);
  if (!Array.isArray(value)) return value;
  const items: Value[] = [];
  for (const item of value as readonly Value[]) items.push(isSlot(item) ? await evaluate(item, session) : isMap(item) ? await fillMap(item, session) : item);
  return items;
}

async function fillMap(map: ValueMap, session: CallSession): Promise<ValueMap> {
  const entries: [Value, Value][] = [];
  for (const [key, value] of mapEntries(map)) entries.push([key, isSlot(value) ? await evaluate(value, session) : value]);
  return mapFrom(entries);
}

async function evaluate(slot: string, session: CallSession): Promise<Value> {
  const [, kind, ...rest] = slot.split(':');
  if (kind !== 'salt' || rest.length === 0) return slot;
  const text = rest.join(':');
  const call = readCall(text);
  if (call === undefined || await session.find(call.fun) === undefined) return slot;
  const result = await session.call(call.fun, call.args, call.kwargs);
  const [head = '', ...more] = text.split('~');
  const found = pathOf(head) === undefined ? result : traverse<Value>(result, pathOf(head) ?? '', null, '.');
  return more.length === 0 || typeof found !== 'string' ? found : found + unquoted(more[0]?.trim() ?? '');
}

/** What stands behind the call: `).path.of.keys`. */
function pathOf(head: string): string | undefined {
  const end = head.lastIndexOf(')');
  const tail = end < 0 ? '' : head.slice(end + 1);
  return tail.includes('.') ? tail.slice(tail.indexOf('.') + 1).trim() : undefined;
}

function unquoted(text: string): string {
  const [first, last] = [text.at(0), text.at(-1)];
  return text.length >= 2 && first === last && (first === '"' || first === "'") ? text.slice(1, -1) : text;
}
