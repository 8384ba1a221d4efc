import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeBus, encodeBus, MapSplitter } from '../../../../src/bus/codec/codec.js';
import { runRunner, type RunnerRequest } from '../../../../src/cli/run/run-runner.js';
import { runSalt, type SaltHost, type SaltRequest } from '../../../../src/cli/salt/run-salt.js';
import { askMaster, DOOR_NAME, MasterUnreachableError } from '../../../../src/client/door.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';

let root = '';
before(() => {
  root = mkdtempSync(join(tmpdir(), 'tsalt-door-'));
});
after(() => rmSync(root, { recursive: true }));
let number = 0;

interface Door extends AsyncDisposable {
  readonly dir: string;
  readonly requests: PlainMap[];
}

/** A master that answers each request with these frames. */
async function door(frames: readonly PlainMap[], ends = true): Promise<Door> {
  const dir = mkdtempSync(join(root, `${(number += 1)}-`));
  const requests: PlainMap[] = [];
  const server: Server = createServer((socket) => {
    const splitter = new MapSplitter({ bytesMax: 1e6 });
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      for (const bytes of splitter.push(chunk)) {
        requests.push(decodeBus(bytes) as PlainMap);
        for (const frame of ends ? [...frames, { kind: 'end' }] : frames) socket.write(encodeBus(frame));
        socket.end();
      }
    });
  });
  await new Promise<void>((resolve) => void server.listen(join(dir, DOOR_NAME), resolve));
  return { dir, requests, [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())) };
}

const loadOf = (requests: readonly PlainMap[]): PlainMap => (requests[0]?.['load'] ?? {}) as PlainMap;

function host(dir: string) {
  const out: string[] = [];
  const shown: { data: Value; outputter: string | null; retcode: number | undefined }[] = [];
  const of: SaltHost = {
    opts: { sock_dir: dir, cachedir: dir }, signal: new AbortController().signal,
    print: (text) => void out.push(text), complain: (text) => void out.push(`stderr: ${text}`),
    show: (data, outputter, options) => Promise.resolve(void shown.push({ data, outputter, retcode: options?.retcode })),
  };
  return { of, out, shown };
}

const request: SaltRequest = {
  tgt: '*', tgtType: 'glob', command: { fun: 'test.ping', arg: [] }, ret: '', timeoutMs: 5000, gatherTimeoutMs: undefined, kwargs: {}, async: false, static: false,
  verbose: false, showJid: false, summary: false, showTimeout: false, outputter: null, strict: false,
};
const published = { kind: 'published', jid: '1', minions: ['web1', 'web2'], missing: [] };
const returned = (id: string, more: PlainMap = {}): PlainMap => ({ kind: 'return', id, load: { return: true, retcode: 0, success: true, ...more } });

async function play(frames: readonly PlainMap[], more: Partial<SaltRequest> = {}) {
  await using master = await door(frames);
  const { of, out, shown } = host(master.dir);
  const code = await runSalt({ ...request, ...more }, of);
  return { code, out, shown, requests: master.requests };
}

// Source: golden cli/salt-return-nosuch, for who did not ask for more than Salt says.
test('a returner that a minion has not got is named to people, and to who asked for more', async () => {
  const frames = [published, returned('web1', { returners_absent: ['nosuch'] }), returned('web2')];
  const line = "stderr: [ERROR   ] The returner 'nosuch' got nothing: it is not available on web1";
  for (const [more, isRead, code, said] of [
    [{}, false, 0, []], [{}, true, 0, [line]], [{ verbose: true }, false, 0, ['Executing job with jid 1\n------------------------\n', line]],
    [{ strict: true }, false, 1, [line, 'stderr: ERROR: Minions returned with non-zero exit code']],
  ] as const) {
    await using master = await door(frames);
    const { of, out, shown } = host(master.dir);
    assert.deepEqual([await runSalt({ ...request, ...more }, { ...of, isRead }), out], [code, said]);
    assert.deepEqual(shown.map(({ data }) => data), [{ web1: true }, { web2: true }]);
  }
});

test('answers are shown as they come, each with its outputter', async () => {
  const { code, out, shown, requests } = await play([published, returned('web2', { out: 'highstate' }), returned('web1')]);
  assert.deepEqual([code, out, shown], [0, [], [{ data: { web2: true }, outputter: 'highstate', retcode: 0 }, { data: { web1: true }, outputter: null, retcode: 0 }]]);
  const [{ key, user, ...asked } = {}] = requests;
  assert.deepEqual([key, typeof user], ['', 'string']);
  assert.deepEqual(asked, {
    op: 'publish', load: { tgt: '*', tgt_type: 'glob', fun: 'test.ping', arg: [], ret: '', jid: '', kwargs: {}, wait: true, timeout_ms: 5000 },
  });
});

test('a minion that failed ends the command with 1', async () => {
  for (const load of [{ retcode: 3 }, { success: false, retcode: 0 }]) {
    const { code, out } = await play([published, returned('web1', load)]);
    assert.deepEqual([code, out], [1, ['stderr: ERROR: Minions returned with non-zero exit code']]);
  }
  assert.equal((await play([published, returned('web1', { retcode: { 'a.b': 1 }, success: { 'a.b': false } })])).code, 0, 'several functions count as done');
});

test('a missing minion is shown, and ends the command with 1', async () => {
  const { code, shown } = await play([published, { kind: 'missing', id: 'web1', why: 'not_connected' }, { kind: 'missing', id: 'web2', why: 'no_response' }]);
  assert.equal(code, 1);
  assert.deepEqual(shown[0], { data: { web1: 'Minion did not return. [Not connected]' }, outputter: null, retcode: 1 });
  assert.match(JSON.stringify(shown[1]?.data), /\[No response\].*jobs\.lookup_jid 1/);
});

test('nobody fits, nobody answers, nobody may', async () => {
  const none = await play([{ kind: 'no_minions', error: 'x' }]);
  assert.deepEqual([none.code, none.out], [2, ['No minions matched the target. No command was sent, no jid was assigned.', 'stderr: ERROR: No return received']]);
  assert.deepEqual((await play([{ kind: 'no_minions', error: 'x' }], { async: true })).out[1], 'Executed command with job ID: 0');
  const silent = await play([published]);
  assert.deepEqual([silent.code, silent.out], [2, ['stderr: ERROR: No return received']]);
  const refused = await play([{ kind: 'refused', error: { name: 'AuthenticationError', message: 'Authentication error occurred.' } }]);
  assert.deepEqual(refused.out, ['Authentication error occurred.']);
});

test('asynchronous: only the job id, and the master is told not to wait', async () => {
  const { code, out, shown, requests } = await play([published], { async: true });
  assert.deepEqual([code, out, shown, loadOf(requests)['wait']], [0, ['Executed command with job ID: 1'], [], false]);
});

test('static: one answer at the end', async () => {
  const { shown, code } = await play([published, returned('web1'), returned('web2', { return: 2 }), { kind: 'missing', id: 'web3', why: 'no_response' }], { static: true });
  assert.deepEqual([shown, code], [[{ data: { web1: true, web2: 2 }, outputter: null, retcode: undefined }], 0]);
});

test('job id, line of execution and summary are said when asked for', async () => {
  assert.deepEqual((await play([published, returned('web1')], { showJid: true })).out, ['jid: 1']);
  assert.match((await play([published, returned('web1')], { verbose: true })).out[0] ?? '', /^Executing job with jid 1\n-+\n$/);
  assert.match((await play([published, returned('web1')], { summary: true })).out[0] ?? '', /# of minions targeted: 2\n# of minions returned: 1\n/);
});

test('a master that is not there, or breaks off, is an error that says so', async () => {
  const dir = mkdtempSync(join(root, 'none-'));
  await assert.rejects(runSalt(request, host(dir).of), (error) => error instanceof MasterUnreachableError && error.reason === 'not_running');
  await using broken = await door([published], false);
  await assert.rejects(runSalt(request, host(broken.dir).of), (error) => error instanceof MasterUnreachableError && error.reason === 'broken');
});

test('a client that stops ends quietly, also before it began', async () => {
  await using master = await door([published], false);
  const stop = new AbortController();
  const frames: unknown[] = [];
  for await (const frame of askMaster(join(master.dir, DOOR_NAME), { op: 'stats', key: '', user: '', load: {} }, stop.signal)) {
    frames.push(frame['kind']);
    stop.abort();
  }
  for await (const frame of askMaster(join(master.dir, DOOR_NAME), { op: 'stats', key: '', user: '', load: {} }, stop.signal)) assert.fail(String(frame['kind']));
  assert.deepEqual(frames, ['published']);
});

const runner: RunnerRequest = { fun: 'jobs.active', args: [1], kwargs: { a: 2 }, async: false, outputter: null, quiet: false, strict: false };
async function playRunner(frames: readonly PlainMap[], more: Partial<RunnerRequest> = {}) {
  await using master = await door([{ kind: 'started', jid: '1', tag: 'salt/run/1' }, ...frames]);
  const { of, out, shown } = host(master.dir);
  return { code: await runRunner({ ...runner, ...more }, of), out, shown: shown.map(({ data, outputter }) => [data, outputter]), requests: master.requests };
}

test('a runner: progress and answer are shown, its outputter is used', async () => {
  const { code, shown, requests } = await playRunner([
    { kind: 'progress', data: { data: 'half', outputter: 'txt' } }, { kind: 'result', data: { return: { a: 1 }, success: true, outputter: 'nested' } },
  ]);
  assert.deepEqual([code, shown], [0, [[{ suffix: 'progress', event: { data: 'half', outputter: 'txt' } }, 'txt'], [{ a: 1 }, 'nested']]]);
  assert.deepEqual(loadOf(requests), { fun: 'jobs.active', arg: [1], kwarg: { a: 2 }, wait: true });
});

test('a runner that failed ends with its code, or 1', async () => {
  assert.equal((await playRunner([{ kind: 'result', data: { return: 'x', success: false } }])).code, 1);
  assert.equal((await playRunner([{ kind: 'result', data: { return: 'x', success: false, retcode: 5 } }])).code, 5);
});

test('a quiet runner shows nothing; what it prints is printed', async () => {
  const good = [{ kind: 'progress', data: { data: 1 } }, { kind: 'result', data: { return: 1, success: true } }];
  assert.deepEqual((await playRunner(good, { quiet: true })).shown, []);
  const failed = await playRunner([{ kind: 'print', text: 'said' }, { kind: 'result', data: { return: 'x', success: false } }], { quiet: true });
  assert.deepEqual([failed.shown, failed.out, failed.code], [[], ['said'], 1]);
});

test('with --strict nothing that failed ends with 0, also where Salt does', async () => {
  const failed = returned('web1', { retcode: 2, success: false });
  const inPart = returned('web1', { return: { a: 1, b: 2 }, retcode: { a: 0, b: 1 }, success: { a: true, b: false } });
  const missing = { kind: 'missing', id: 'web2', why: 'no_response' };
  for (const [frames, more, code] of [
    [[published, failed], { static: true }, 0], [[published, returned('web1'), missing], { static: true }, 0], [[published, inPart], {}, 0],
    [[{ kind: 'refused', error: { message: 'no' } }], {}, 0], [[{ kind: 'no_minions' }], { async: true }, 0],
  ] as const) {
    assert.equal((await play(frames, more)).code, code, JSON.stringify(more));
    assert.notEqual((await play(frames, { ...more, strict: true })).code, 0, JSON.stringify(more));
  }
  assert.equal((await play([published, returned('web1'), returned('web2')], { strict: true })).code, 0);
});
