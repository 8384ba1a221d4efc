/** Connections to a daemon's local socket: a busy one is asked again, one that is not there is told at once. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { connectLocal } from '../../../../src/kernel/sys/net/local-socket.js';

const folder = mkdtempSync(join(tmpdir(), 'local-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('more connections at once than the queue holds are all made', async () => {
  const path = join(folder, 'busy');
  const served: Socket[] = [];
  const server = createServer((socket) => served.push(socket));
  await new Promise<void>((resolve) => { server.listen({ path, backlog: 2 }, resolve); });
  const sockets = await Promise.all(Array.from({ length: 40 }, () => connectLocal(path)));
  assert.equal(sockets.length, 40);
  for (const socket of [...sockets, ...served]) socket.destroy();
  await new Promise((resolve) => { server.close(resolve); });
});

test('nobody there is an error at once', async () => {
  await assert.rejects(connectLocal(join(folder, 'none')), { code: 'ENOENT' });
});
