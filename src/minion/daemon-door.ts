/**
 * What a command (`tsalt-call`) asks of the minion that runs on this machine: over its bus, as real Salt's programs do.
 *
 * Source: read, Salt 3008.3 (tags `manage_beacons`, `manage_schedule` and their answers).
 */
import { join } from 'node:path';
import { eventSocketHash, isHashType } from '../bus/crypto/digest.js';
import { listenEvents, pushEvents } from '../bus/event/local-client.js';
import type { SchedulePort } from '../kernel/contract/ports.js';
import { scheduleAnswerTag } from '../kernel/contract/schedule.js';
import { isOsError } from '../kernel/std/os-error.js';
import type { PlainMap } from '../kernel/std/value.js';

const ANSWER_MS = 60_000;
/** A listener is heard by the bus a moment after it connected. */
const CONNECT_MS = 50;

/** The data of the answer; undefined when no minion runs here, or it does not answer. */
export async function askDaemon(opts: Readonly<PlainMap>, request: { readonly tag: string; readonly data: PlainMap }, answerTag: string, timeoutMs = ANSWER_MS): Promise<PlainMap | undefined> {
  const hash = eventSocketHash(String(opts['id']), isHashType(opts['hash_type']) ? opts['hash_type'] : 'sha256');
  const socket = (end: string): string => join(String(opts['sock_dir']), `minion_event_${hash}_${end}.ipc`);
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), timeoutMs);
  const ask = setTimeout(() => void pushEvents(socket('pull'), [request]).then((sent) => sent || end.abort()), CONNECT_MS);
  try {
    for await (const { tag, data } of listenEvents(socket('pub'), end.signal)) if (tag === answerTag) return data;
    return undefined;
  } catch (err) {
    // No minion runs here.
    if (isOsError(err, 'ENOENT') || isOsError(err, 'ECONNREFUSED')) return undefined;
    throw err;
  } finally {
    clearTimeout(timer);
    clearTimeout(ask);
    end.abort();
  }
}

/** The schedule of the minion that runs here. */
export function scheduleDoor(opts: Readonly<PlainMap>): SchedulePort {
  return { manage: (command) => askDaemon(opts, { tag: 'manage_schedule', data: command }, scheduleAnswerTag(command)) };
}
