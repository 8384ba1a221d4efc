/** Listening on the bus of a daemon of this machine, for functions that follow events. What listens is loaded when somebody does. */
import { join } from 'node:path';
import type { EventPort } from '../kernel/contract/ports.js';
import type { PlainMap } from '../kernel/std/value.js';

export function listening(opts: Readonly<PlainMap>): NonNullable<EventPort['follow']> {
  return async function* listenTo({ node, sockDir }, signal) {
    const [{ listenEvents }, { eventSocketHash, isHashType }] = await Promise.all([import('../bus/event/local-client.js'), import('../bus/crypto/digest.js')]);
    const folder = sockDir ?? String(opts['sock_dir']);
    const hash = eventSocketHash(String(opts['id']), isHashType(opts['hash_type']) ? opts['hash_type'] : 'sha256');
    yield* listenEvents(join(folder, node === 'master' ? 'master_event_pub.ipc' : `minion_event_${hash}_pub.ipc`), signal);
  };
}
