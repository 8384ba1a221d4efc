/** `salt.wait_for_event`: waits until an event came from each of a list. Source: golden states/orchestrate; read, Salt 3008.3 (texts). */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { globMatcher } from '../../../kernel/std/fnmatch.js';
import { equalValues, floatOf, isList, isMap, mapGet, type PlainMap, type Value } from '../../../kernel/std/value.js';

export async function waitForEvent({ name, idList, eventId, timeoutSeconds }: { name: string; idList: Value; eventId: string; timeoutSeconds: number }, ctx: Context): Promise<PlainMap> {
  if (ctx.test) return { name, changes: {}, comment: `Orchestration would wait for event '${name}'`, result: null };
  const deadline = AbortSignal.timeout(Math.max(0, timeoutSeconds * 1000));
  const events = ctx.port('events').listen?.(AbortSignal.any([ctx.signal, deadline]));
  if (events === undefined) throw new CommandExecutionError('Nobody can listen to events here');
  const started = performance.now();
  const fits = globMatcher(name);
  const left: Value[] = isList(idList) ? [...idList] : [idList];
  const seen: Value[] = [];
  const answer = (comment: string, result: boolean): PlainMap => ({ name, changes: seen.length === 0 ? {} : { minions_seen: seen }, comment, result });
  for await (const { tag, data } of events) {
    if (fits(tag)) for (const id of idsIn(data, eventId)) take(id, left, seen);
    if (left.length === 0) return answer(`All events seen in ${floatOf((performance.now() - started) / 1000).toString()} seconds.`, true);
  }
  ctx.signal.throwIfAborted();
  return answer('Timeout value reached.', false);
}

/** What stands in an event under the key, or in the data that a minion sent. */
function idsIn(data: PlainMap, key: string): readonly Value[] {
  const inner = data['data'] ?? null;
  const found = data[key] ?? (isMap(inner) ? mapGet(inner, key) : undefined) ?? null;
  return found === null ? [] : isList(found) ? found : [found];
}

function take(id: Value, left: Value[], seen: Value[]): void {
  const at = left.findIndex((wanted) => equalValues(wanted, id));
  if (at < 0) return;
  left.splice(at, 1);
  seen.push(id);
}
