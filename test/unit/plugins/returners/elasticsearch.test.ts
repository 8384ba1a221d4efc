/** elasticsearch: Debian has no server of it. A strict local one takes what the documents of Elasticsearch 8 and OpenSearch 2 say, and refuses all else. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { openReturner, result } from '../../../support/servers/open-returner.js';
import { freePort } from '../../../support/servers/program-server.js';
import { WebServer, type WebAnswer, type WebRequest } from '../../../support/servers/web-server.js';

const root = mkdtempSync(join(tmpdir(), 'search-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** Small letters, none of the signs that are forbidden, not longer than 255 bytes. */
const INDEX = /^[a-z0-9][^A-Z\\/*?"<>| ,#:]{0,254}$/;

class Search {
  readonly indexes = new Map<string, PlainMap>();
  readonly aliases = new Map<string, string>();
  readonly documents = new Map<string, PlainMap>();
  readonly login: string | undefined;

  constructor(login?: string) {
    this.login = login;
  }

  answer = ({ method, path, headers, body }: WebRequest): WebAnswer => {
    if (this.login !== undefined && headers.authorization !== this.login) return this.#say(401, { error: { type: 'security_exception' } });
    const json = headers['content-type'] === 'application/json';
    const parts = path.split('/').slice(1).map(decodeURIComponent);
    const [index = '', kind, id] = parts;
    if (method === 'POST' && path === '/_bulk') return headers['content-type'] === 'application/x-ndjson' && body.endsWith('\n') ? this.#bulk(body) : this.#say(400, { error: 'newline' });
    if (!INDEX.test(index)) return this.#say(400, { error: { type: 'invalid_index_name_exception' } });
    if (parts.length === 1 && method === 'HEAD') return { status: this.#has(index) ? 200 : 404 };
    if (parts.length === 1 && method === 'PUT' && json) return this.#create(index, JSON.parse(body) as PlainMap);
    if (parts.length !== 3 || kind !== '_doc') return this.#say(405, { error: 'no handler found' });
    const key = `${this.aliases.get(index) ?? index}/${id}`;
    if (method === 'GET') return this.documents.has(key) ? this.#say(200, { found: true, _source: this.documents.get(key) }) : this.#say(404, { found: false });
    if (method !== 'PUT' || !json) return this.#say(406, { error: 'Content-Type header is not supported' });
    return this.#keep(key, JSON.parse(body) as PlainMap);
  };

  #has(index: string): boolean {
    return this.indexes.has(index) || this.aliases.has(index);
  }

  #create(index: string, { settings, aliases = {}, ...others }: PlainMap): WebAnswer {
    if (Object.keys(others).length > 0) return this.#say(400, { error: { type: 'parse_exception' } });
    if (this.#has(index)) return this.#say(400, { error: { type: 'resource_already_exists_exception' } });
    this.indexes.set(index, settings as PlainMap);
    for (const alias of Object.keys(aliases as PlainMap)) this.aliases.set(alias, index);
    return this.#say(200, { acknowledged: true });
  }

  #keep(key: string, document: PlainMap): WebAnswer {
    if (!this.#has(key.split('/')[0] ?? '')) return this.#say(404, { error: { type: 'index_not_found_exception' } });
    const isNew = !this.documents.has(key);
    this.documents.set(key, document);
    return this.#say(isNew ? 201 : 200, { result: isNew ? 'created' : 'updated' });
  }

  #bulk(body: string): WebAnswer {
    const lines = body.trimEnd().split('\n').map((line) => JSON.parse(line) as PlainMap);
    for (let at = 0; at < lines.length; at += 2) {
      const { _index: index, _id: id } = (lines[at]?.['index'] ?? {}) as PlainMap;
      this.#keep(`${this.aliases.get(String(index)) ?? String(index)}/${String(id)}`, lines[at + 1] ?? {});
    }
    return this.#say(200, { errors: false, items: [] });
  }

  #say(status: number, value: object): WebAnswer {
    return { status, body: JSON.stringify(value), headers: { 'Content-Type': 'application/json' } };
  }
}

const state = (order: number, ok: boolean): PlainMap => ({ __run_num__: order, result: ok, changes: {} });
const states = result({ fun: 'state.apply', return: { 'file_|-a.b_|-a_|-managed': state(0, true), 'cmd_|-c_|-c_|-run': state(1, false) }, retcode: 2 });

test('elasticsearch keeps a result as a document, once, in an index of its function', async () => {
  const search = new Search();
  await using server = await WebServer.start(search.answer);
  const { returner } = await openReturner(root, 'elasticsearch', { elasticsearch: { hosts: [`127.0.0.1:${await freePort()}`, `127.0.0.1:${server.port}`], number_of_shards: 3 } });
  for (let copies = 0; copies < 2; copies += 1) await returner.call('returner', [result({ return: { 'a.b': { c: 1 }, list: [{ 'd.e': 1 }] } })]);
  assert.deepEqual([...search.indexes], [['salt-test_echo-v1', { number_of_shards: 3, number_of_replicas: 0 }]]);
  assert.deepEqual([...search.aliases], [['salt-test_echo', 'salt-test_echo-v1']]);
  const [[key, { '@timestamp': time, ...document }] = ['', {}], ...more] = search.documents;
  assert.deepEqual([key, more], ['salt-test_echo-v1/20260102030405678901-web1', []]);
  assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/);
  assert.deepEqual(document, {
    success: true, retcode: 0, minion: 'web1', fun: 'test.echo', jid: '20260102030405678901', counts: {}, data: { _orig_key: 'a.b', a_b: { c: 1 }, list: [{ _orig_key: 'd.e', d_e: 1 }] },
  });
});

test('elasticsearch counts and orders states as it is told to', async () => {
  const search = new Search(`Basic ${Buffer.from('u:geheim').toString('base64')}`);
  await using server = await WebServer.start(search.answer);
  const options = { host: `http://127.0.0.1:${server.port}/`, http_auth: 'u:geheim', states_count: true, states_order_output: true, states_single_index: true, index_date: true };
  const { returner, lines } = await openReturner(root, 'elasticsearch', { elasticsearch: options });
  await returner.call('returner', [{ ...states, fun: 'state.sls' }]);
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '.');
  assert.deepEqual([...search.aliases.keys()], [`salt-state_apply-${day}-ordered`]);
  const [document] = [...search.documents.values()];
  assert.deepEqual(document?.['counts'], { succeeded: 1, failed: 1 });
  const data = document['data'] as Record<string, PlainMap>;
  assert.deepEqual([Object.keys(data), data['1_|-cmd_|-c_|-c_|-run']?.['_func'], document['success']], [['_orig_key', '0_|-file_|-a_b_|-a_|-managed', '1_|-cmd_|-c_|-c_|-run'], 'cmd.run', false]);
  assert.doesNotMatch(JSON.stringify(lines), /geheim/);
});

test('elasticsearch keeps every event of a batch, and a job by its id', async () => {
  const search = new Search('ApiKey abc');
  await using server = await WebServer.start(search.answer);
  const { returner } = await openReturner(root, 'elasticsearch', { elasticsearch: { host: `127.0.0.1:${server.port}`, api_key: 'abc' } });
  const events = [{ tag: 'a', data: { n: 1 } }, { tag: 'b', data: {} }];
  for (let copies = 0; copies < 2; copies += 1) await returner.call('eventReturn', [events]);
  assert.deepEqual([...search.documents.values()], events);
  await returner.call('saveLoad', ['20260102030405678901', { fun: 'test.ping' }, null]);
  assert.deepEqual(await returner.call('getLoad', ['20260102030405678901']), { fun: 'test.ping' });
  assert.deepEqual(await returner.call('getLoad', ['20260102030405678902']), {});
});

test('elasticsearch leaves out what is unwanted or empty, and fails when the server refuses', async () => {
  const search = new Search('nobody');
  await using server = await WebServer.start(search.answer);
  const { returner, lines } = await openReturner(root, 'elasticsearch', { elasticsearch: { host: `127.0.0.1:${server.port}`, functions_blacklist: ['test.ping'] } });
  await returner.call('returner', [result({ fun: 'test.ping' })]);
  await returner.call('returner', [result({ return: null })]);
  assert.deepEqual([server.requests.length, lines.length], [0, 2]);
  await assert.rejects(returner.call('returner', [result()]), /Elasticsearch answers 401/);
});
