/** The client of the container service, against a local server that answers in the form of the API (Podman 4.3.1 recorded) and refuses all else. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DockerClient } from '../../../../../src/kernel/sys/docker/client.js';
import { Frames } from '../../../../../src/kernel/sys/docker/frames.js';
import { checkedImage, checkedName, imageParts } from '../../../../../src/kernel/sys/docker/names.js';

const folder = mkdtempSync(join(tmpdir(), 'ts-docker-'));
const socket = join(folder, 'service.sock');
/** What `sh -c 'echo out; echo err >&2'` wrote. */
const LOGS = Buffer.from('01000000000000046f75740a02000000000000046572720a', 'hex');
const ANSWERS: Readonly<Record<string, readonly [status: number, body: string | Buffer]>> = {
  'GET /containers/nope/json': [404, '{"cause":"no such container","message":"no container with name or ID \\"nope\\" found: no such container","response":404}'],
  'POST /containers/a1/start': [204, ''],
  'GET /containers/a1/logs?stdout=1&stderr=1': [200, LOGS],
  'POST /images/create?fromImage=x&tag=1': [200, '{"status":"Pulling"}\n{"errorDetail":{"message":"no such image"},"error":"no such image"}\n'],
  'GET /v1.41/broken': [200, '{"a":'],
};
const server = createServer((request, response) => {
  const [status, body] = ANSWERS[`${request.method ?? ''} ${request.url ?? ''}`] ?? [500, 'not recorded'];
  response.writeHead(status).end(body);
});
await new Promise<void>((resolve) => {
  server.listen(socket, resolve);
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const rest = { silenceMs: 60_000, signal: new AbortController().signal };
const client = new DockerClient(`unix://${socket}`);

test('DockerClient tells errors in the words of the service', async () => {
  await assert.rejects(client.ask({ path: '/containers/nope/json', ...rest }), { message: 'Error 404: no container with name or ID "nope" found: no such container', status: 404 });
  await assert.rejects(client.ask({ path: '/other', ...rest }), { message: 'Error 500: not recorded' });
  await assert.rejects(new DockerClient(`unix://${folder}/none`).ask({ path: '/info', ...rest }), /^DockerError: The container service cannot be reached: connect ENOENT/);
  await assert.rejects(new DockerClient(`unix://${socket}`, '1.41').ask({ path: '/broken', ...rest }), /answered with what is no JSON/);
});

test('DockerClient reads empty answers, outputs and values one after the other', async () => {
  assert.equal(await client.ask({ method: 'POST', path: '/containers/a1/start', ...rest }), null);
  const { stdout, stderr, all } = await client.outputs({ path: '/containers/a1/logs', query: { stdout: '1', stderr: '1', tail: undefined }, ...rest }, false);
  assert.deepEqual([stdout, stderr, all].map(String), ['out\n', 'err\n', 'out\nerr\n']);
  const events = await client.values({ method: 'POST', path: '/images/create', query: { fromImage: 'x', tag: '1' }, ...rest });
  assert.deepEqual(events[1], { errorDetail: { message: 'no such image' }, error: 'no such image' });
});

test('Frames parts outputs however they are cut, and refuses what is none, too long or broken off', () => {
  const frames = new Frames(100);
  for (const byte of LOGS) frames.push(Uint8Array.of(byte));
  assert.equal(String(frames.end().all), 'out\nerr\n');
  assert.throws(() => new Frames(100).push(Buffer.from('plain text')), /no stream of outputs/);
  assert.throws(() => new Frames(10).push(LOGS), /more than 10 bytes/);
  const cut = new Frames(100);
  cut.push(LOGS.subarray(0, 20));
  assert.throws(() => cut.end(), /broke off/);
});

test('names that could lead elsewhere are refused', () => {
  for (const name of ['', '..', '../x', 'a/b', '-v', 'a b', 'a?x=1', 'a%2f']) assert.throws(() => checkedName(name, 'container'), /is no name of a container/);
  for (const name of ['', '../x', 'a/../b', '/a', '-x', 'a b', 'a?x', 'a:b:c']) assert.throws(() => checkedImage(name), /is no name of an image/);
  assert.deepEqual(imageParts('registry.example.com:5000/web/app:1.2'), { repository: 'registry.example.com:5000/web/app', tag: '1.2', registry: 'registry.example.com:5000' });
  assert.deepEqual(imageParts('library/busybox'), { repository: 'library/busybox', tag: 'latest', registry: undefined });
});
