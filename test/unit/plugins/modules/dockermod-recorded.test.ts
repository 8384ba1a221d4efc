/**
 * What Docker says and Podman does not: looking for images, the progress of a pull, a container that has changed. A strict local server answers in the form
 * that the Docker Engine API 1.41 documents (no Docker engine runs where these tests do) and refuses every other request.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import { neverAborted, testHost } from '../../../support/module-host.js';

const folder = mkdtempSync(join(tmpdir(), 'ts-docker-'));
const socket = join(folder, 'docker.sock');
const lines = (...values: readonly PlainMap[]): string => values.map((value) => `${JSON.stringify(value)}\r\n`).join('');

const KNOWN = 'sha256:31d0fc9e2d5b0c6e2a0a7bcd0e7c0b6ffaa0c2bd1ba6b9ca2c0aa9a0b9f1c2d3';
const ANSWERS: Readonly<Record<string, readonly [status: number, body: string]>> = {
  'GET /images/search?term=sshd': [200, JSON.stringify([
    { description: '', is_official: false, is_automated: false, name: 'wma55/u1210sshd', star_count: 0 }, { description: 'an editor', is_official: true, is_automated: false, name: 'vim', star_count: 7 },
  ])],
  'GET /images/search?term=nobody': [200, '[]'],
  'GET /images/json?all=1': [200, JSON.stringify([{ Id: KNOWN, ParentId: '', RepoTags: ['busybox:1'], Created: 1_644_009_612, Size: 1_239_748 }])],
  'POST /images/create?fromImage=busybox&tag=1.35': [200, lines(
    { status: 'Pulling from library/busybox', id: '1.35' }, { status: 'Pulling fs layer', progressDetail: {}, id: '009932687766' }, { status: 'Already exists', progressDetail: {}, id: '1c35c4412082' },
    { status: 'Downloading', progressDetail: { current: 5120, total: 772_999 }, progress: '[> ] 5.12kB/773kB', id: '009932687766' },
    { status: 'Download complete', progressDetail: {}, id: '009932687766' }, { status: 'Pull complete', progressDetail: {}, id: '009932687766' },
    { status: 'Digest: sha256:caa382c432891547782ce7140fb3b7304613d3b0438834dce1cad68896ab110a' }, { status: 'Status: Downloaded newer image for busybox:1.35' },
  )],
  'POST /images/create?fromImage=private%2Fapp&tag=latest': [404, '{"message":"pull access denied for private/app, repository does not exist or may require \'docker login\'"}'],
  'POST /images/web/push?tag=1': [200, lines(
    { status: 'The push refers to repository [docker.io/library/web]' }, { status: 'Layer already exists', progressDetail: {}, id: 'e3b0c44298fc' },
    { errorDetail: { message: 'denied: requested access to the resource is denied' }, error: 'denied: requested access to the resource is denied' },
  )],
  'GET /containers/web/changes': [200, '[{"Path":"/dev","Kind":0},{"Path":"/dev/kmsg","Kind":1},{"Path":"/test","Kind":2}]'],
};
const refused: string[] = [];
const server = createServer((request, response) => {
  const asked = `${request.method ?? ''} ${request.url ?? ''}`;
  const answer = ANSWERS[asked];
  if (answer === undefined) refused.push(asked);
  response.writeHead(answer?.[0] ?? 500).end(answer?.[1] ?? '{"message":"not recorded"}');
});
await new Promise<void>((resolve) => {
  server.listen(socket, resolve);
});
const host = await testHost({ sys: { ...createSys(), env: { DOCKER_CONFIG: folder } }, opts: { 'docker.url': `unix://${socket}` } });
after(async () => {
  await host[Symbol.asyncDispose]();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const call = (fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}): Promise<Value> => host.session({ signal: neverAborted() }).call(`docker.${fun}`, args, kwargs);

test('docker.search names what was found as Salt does, all or the official ones', async () => {
  const all = await call('search', ['sshd']) as PlainMap;
  assert.deepEqual(all['wma55/u1210sshd'], { Description: '', Official: false, is_automated: false, Stars: 0 });
  assert.deepEqual(Object.keys(await call('search', ['sshd'], { official: true }) as PlainMap), ['vim']);
  await assert.rejects(call('search', ['nobody']), /No images matched the search string 'nobody'/);
});

test('docker.pull and push tell the layers and the last word; an error inside of a good answer is one', async () => {
  const { Time_Elapsed: _elapsed, ...pulled } = await call('pull', ['busybox:1.35']) as PlainMap;
  assert.deepEqual(pulled, { retcode: 0, Layers: { Already_Pulled: ['1c35c4412082'], Pulled: ['009932687766'] }, Status: 'Downloaded newer image for busybox:1.35' });
  await assert.rejects(call('pull', ['private/app']), /Error 404: pull access denied for private\/app/);
  const { Time_Elapsed: _other, ...pushed } = await call('push', ['web:1']) as PlainMap;
  assert.deepEqual(pushed, { retcode: 1, Layers: { Already_Pushed: ['e3b0c44298fc'] }, Errors: ['denied: requested access to the resource is denied'] });
});

test('docker.diff sorts the changes by their kind; nothing was asked that the API does not document', async () => {
  assert.deepEqual(await call('diff', ['web']), { Changed: ['/dev'], Added: ['/dev/kmsg'], Deleted: ['/test'] });
  assert.deepEqual(refused, []);
});
