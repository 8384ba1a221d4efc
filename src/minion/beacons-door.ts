/**
 * The beacons of the minion that runs on this machine, for a command (`tsalt-call`): asked over its bus, as real Salt's programs do.
 *
 * Source: read, Salt 3008.3 (tags `manage_beacons` and its answers).
 */
import { join } from 'node:path';
import { eventSocketHash, isHashType } from '../bus/crypto/digest.js';
import { listenEvents, pushEvents } from '../bus/event/local-client.js';
import { BEACON_ANSWERS, beaconAnswerTag } from '../kernel/contract/beacon.js';
import type { BeaconsPort } from '../kernel/contract/ports.js';
import { isOsError } from '../kernel/std/os-error.js';
import type { PlainMap } from '../kernel/std/value.js';

const ANSWER_MS = 60_000;
/** A listener is heard by the bus a moment after it connected. */
const CONNECT_MS = 50;

export function beaconsDoor(opts: Readonly<PlainMap>): BeaconsPort {
  const hash = eventSocketHash(String(opts['id']), isHashType(opts['hash_type']) ? opts['hash_type'] : 'sha256');
  const socket = (end: string): string => join(String(opts['sock_dir']), `minion_event_${hash}_${end}.ipc`);
  return {
    async manage(command, { timeoutMs = ANSWER_MS } = {}) {
      const suffix = BEACON_ANSWERS[String(command['func'])];
      if (suffix === undefined) return undefined;
      const end = new AbortController();
      const timer = setTimeout(() => end.abort(), timeoutMs);
      const ask = setTimeout(() => void pushEvents(socket('pull'), [{ tag: 'manage_beacons', data: command }]).then((sent) => sent || end.abort()), CONNECT_MS);
      try {
        for await (const { tag, data } of listenEvents(socket('pub'), end.signal)) if (tag === beaconAnswerTag(suffix)) return data;
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
    },
  };
}
