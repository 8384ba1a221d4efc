/** The beacons of the minion that runs on this machine, for a command (`tsalt-call`). */
import { BEACON_ANSWERS, beaconAnswerTag } from '../kernel/contract/beacon.js';
import type { BeaconsPort } from '../kernel/contract/ports.js';
import type { PlainMap } from '../kernel/std/value.js';
import { askDaemon } from './daemon-door.js';

export function beaconsDoor(opts: Readonly<PlainMap>): BeaconsPort {
  return {
    async manage(command, { timeoutMs } = {}) {
      const suffix = BEACON_ANSWERS[String(command['func'])];
      return suffix === undefined ? undefined : askDaemon(opts, { tag: 'manage_beacons', data: command }, beaconAnswerTag(suffix), timeoutMs);
    },
  };
}
