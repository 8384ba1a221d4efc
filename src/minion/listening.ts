/** Listening on the bus of a daemon of this machine, for functions that follow events. */
import { join } from 'node:path';
import { listenEvents } from '../bus/event/local-client.js';
import { eventSocketHash, isHashType } from '../bus/crypto/digest.js';
import type { EventPort } from '../kernel/contract/ports.js';
import type { PlainMap } from '../kernel/std/value.js';

export function listening(opts: Readonly<PlainMap>): NonNullable<EventPort['follow']> {
  return ({ node, sockDir }, signal) => {
    const folder = sockDir ?? String(opts['sock_dir']);
    const hash = eventSocketHash(String(opts['id']), isHashType(opts['hash_type']) ? opts['hash_type'] : 'sha256');
    return listenEvents(join(folder, node === 'master' ? 'master_event_pub.ipc' : `minion_event_${hash}_pub.ipc`), signal);
  };
}
