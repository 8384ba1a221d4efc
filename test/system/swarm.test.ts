/** `tsalt-swarm` against a master of ours: what it plays is what the master sees. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MasterHost } from '../support/fleet/master.js';
import { runCommand } from '../support/fleet/program.js';
import { repository } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';

const site = new Site();
let master: MasterHost;

interface Kind {
  readonly count: number;
  readonly ms_p50: number;
  readonly errors: Readonly<Record<string, number>>;
}
interface Summary {
  readonly minions: number;
  readonly connected: number;
  readonly sign_ins: Kind;
  readonly answers: Kind;
  readonly pillars: Kind;
  readonly events: Kind;
}

site.setUp('a master starts', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'master', { auto_accept: false, loop_interval: 1 });
  await master.start();
});

const argv = (...words: readonly string[]): string[] => [
  process.execPath, join(repository, 'bin/tsalt-swarm'), '--ret-port', String(master.requestPort), '--seed', 'test', ...words,
];

/** A swarm in the background; `ended` gives its output. */
function start(...words: readonly string[]): { stop(): void; stderr(): string; ended: Promise<{ code: number | null; stdout: string }> } {
  const [program = '', ...args] = argv(...words);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text));
  const ended = new Promise<{ code: number | null; stdout: string }>((resolve) => child.on('close', (code) => resolve({ code, stdout })));
  return { stop: () => void child.kill('SIGINT'), stderr: () => stderr, ended };
}

site.test('keys that wait are told, and the swarm goes on when they are accepted; Ctrl-C ends it with a summary', async () => {
  const swarm = start('-n', '5', '--prefix', 'play', '--out', 'json', '--events', '40', '--pillars', '20', '--storm', '1');
  await until('the keys wait', () => master.keys('minions_pre').length === 5);
  await until('it says how to accept them', () => swarm.stderr().includes("tsalt-key -y -a 'play*'"));
  await master.accept(...master.keys('minions_pre'));
  await until('all are connected', () => swarm.stderr().includes('all 5 are connected'));
  const { returns, missing } = await master.job({ tgt: 'play*', fun: 'test.echo', arg: ['hello'] });
  assert.deepEqual(returns, { play1: 'hello', play2: 'hello', play3: 'hello', play4: 'hello', play5: 'hello' });
  assert.deepEqual(missing, []);
  await until('all returns are acknowledged', () => swarm.stderr().includes(' 5 answers'));
  await until('they signed in again', () => /\b[1-9]\d sign-ins/.test(swarm.stderr()));
  swarm.stop();
  const { code, stdout } = await swarm.ended;
  const { sign_ins, answers, pillars, events, ...rest } = JSON.parse(stdout) as Summary;
  assert.equal(code, 0, stdout);
  assert.equal(rest.minions, 5);
  assert.equal(rest.connected, 5);
  assert.equal(answers.count, 5);
  for (const { count, ms_p50, errors } of [sign_ins, pillars, events]) {
    assert.ok(count >= 5 && ms_p50 > 0, stdout);
    assert.deepEqual(errors, {});
  }
});

site.test('the same seed plays the same minions; the session key of all changes under them', async () => {
  const swarm = start('-n', '5', '--prefix', 'play', '--out', 'json');
  await until('all are connected', () => swarm.stderr().includes('all 5 are connected'));
  const bus = await master.hear();
  const ping = async (): Promise<void> => assert.deepEqual((await master.job({ tgt: 'play*', fun: 'test.ping' })).missing, []);
  await ping();
  writeFileSync(master.path('cache/.dfn'), '', { mode: 0o400 });
  await bus.heard('key', ({ data }) => data['rotate_aes_key'] === true, 10_000);
  await ping();
  await ping();
  await until('all returns are acknowledged', () => swarm.stderr().includes(' 15 answers'));
  swarm.stop();
  const { code, stdout } = await swarm.ended;
  assert.equal(code, 0, stdout);
  const { answers, sign_ins } = JSON.parse(stdout) as Summary;
  assert.equal(answers.count, 15);
  assert.deepEqual(answers.errors, {});
  assert.deepEqual(sign_ins.errors, {});
});

site.test('other keys under the same ids are rejected, with what to do', async () => {
  const { code, stderr } = await runCommand([...argv('-n', '5', '--prefix', 'play', '--seed', 'another')]);
  assert.equal(code, 1);
  assert.match(stderr, /rejected the key, or has another key under this id.*tsalt-key -d "play\*"/);
});

site.test('nobody listens', async () => {
  const { code, stderr } = await runCommand([process.execPath, join(repository, 'bin/tsalt-swarm'), '--ret-port', '1', '-n', '2']);
  assert.equal(code, 1);
  assert.match(stderr, /Cannot reach the master at 127\.0\.0\.1:1: ECONNREFUSED/);
});

site.test('what cannot be asked is refused before anything is done', async () => {
  for (const [words, text] of [
    [['-n', '0'], /-n: 1 to 100000 is allowed/], [['--prefix', '../x'], /--prefix: '\.\.\/x' cannot begin/], [['-m', 'a b'], /-m: 'a b' is no address/],
    [['word'], /there are no arguments/],
  ] as const) {
    const { code, stderr } = await runCommand([...argv(...words)]);
    assert.equal(code, 64);
    assert.match(stderr, text);
  }
});
