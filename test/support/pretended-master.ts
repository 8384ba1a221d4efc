/** The door of a master that pretends that many minions answer, for measuring who asks. */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { encodeBus } from '../../src/bus/codec/codec.js';
import { DOOR_NAME } from '../../src/client/door.js';

export interface PretendedMaster extends AsyncDisposable {
  readonly configDir: string;
}

/** Every request gets the answers of `minions` minions, each a text of `bytes` bytes that differs from the others. */
export async function pretendMaster(root: string, { minions, bytes }: { minions: number; bytes: number }): Promise<PretendedMaster> {
  const configDir = join(root, 'conf');
  for (const dir of [configDir, join(root, 'run'), join(root, 'cache')]) mkdirSync(dir, { recursive: true });
  writeFileSync(join(configDir, 'master'), JSON.stringify({ root_dir: root, sock_dir: 'run', cachedir: 'cache', log_file: 'log' }));
  const answer = async (socket: Socket): Promise<void> => {
    const say = async (frame: Parameters<typeof encodeBus>[0]): Promise<void> => {
      if (!socket.write(encodeBus(frame))) await once(socket, 'drain');
    };
    const ids = Array.from({ length: minions }, (_, at) => `minion${at}`);
    await say({ kind: 'published', jid: '20260102030405678901', minions: ids, missing: [] });
    for (const [at, id] of ids.entries()) {
      const text = `${at} `.repeat(Math.ceil(bytes / `${at} `.length)).slice(0, bytes);
      await say({ kind: 'return', id, load: { id, jid: '20260102030405678901', fun: 'test.echo', return: text, retcode: 0, success: true } });
    }
    await say({ kind: 'end' });
    socket.end();
  };
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => void answer(socket).catch(() => socket.destroy()));
  });
  server.listen(join(root, 'run', DOOR_NAME));
  await once(server, 'listening');
  return { configDir, [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())) };
}
