/** Functions of `state` that no recording plays: over a minion without a master, as `tsalt-call --local` has it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ModuleHost } from '../../../../../src/kernel/loader/module-host.js';
import type { PlainMap, Value } from '../../../../../src/kernel/std/value.js';
import type { Session } from '../../../../../src/kernel/loader/call-session.js';
import { withProviders } from '../../../../../src/sls/state/run/providers.js';
import { layOut, openMinion } from '../../../../golden/states/minion.js';
import { neverAborted } from '../../../../support/module-host.js';

const JID = '20260101120000000001';
let root: string;
let host: ModuleHost;

before(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'state-functions-')));
  layOut({
    tree: {
      'salt/base/web.sls': 'a:\n  test.succeed_with_changes\nb:\n  test.nop:\n    - require: [{test: a}]\nc:\n  test.fail_without_changes\n',
      'salt/base/mask.sls': "m:\n  cmd.run:\n    - name: umask\n    - umask: '077'\nr:\n  cmd.run:\n    - name: id -un\n    - runas: nobody\n    - cwd: /\n",
      'salt/base/given.sls': "{{ pillar['x'] }}:\n  test.nop\n",
      'salt/base/orch.sls': "alone:\n  salt.state:\n    - tgt: other\n    - sls: one\n{{ pillar.get('step', 'own') }}:\n  test.nop\n",
      'salt/base/one.sls': 'in:\n  test.succeed_with_changes\n',
      'salt/base/needy.sls': "f:\n  salt.function:\n    - name: test.ping\n    - tgt: '*'\nr:\n  salt.runner:\n    - name: test.arg\nw:\n  salt.wheel:\n    - name: key.list_all\np:\n  salt.parallel_runners:\n    - runners: test.arg\n",
      'salt/base/kill.sls': 'a:\n  test.nop\nb:\n  test.nop\n',
    },
  }, root);
  host = await openMinion(root, { id: 'm1', shell: '/bin/sh' }, { local: true });
});
after(async () => {
  await host[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

const call = (fun: string, args: Value[] = [], kwargs: PlainMap = {}): Promise<Value> =>
  host.session({ signal: neverAborted(), job: { jid: JID, fun }, nested: true }).call(fun, args, { ...kwargs, ...(fun === 'state.apply' ? { __pub_jid: JID } : {}) });

test('state.plan has no times: two plans of the same are equal', async () => {
  const plan = await call('state.plan', ['web']) as PlainMap;
  assert.deepEqual(plan, await call('state.plan', ['web']));
  assert.equal(plan['unchanged'], 1);
  assert.deepEqual((plan['changes'] as PlainMap[]).map(({ state, id, sls }) => [state, id, sls]), [['test.succeed_with_changes', 'a', 'web']]);
  assert.deepEqual((plan['fails'] as PlainMap[]).map(({ id }) => id), ['c']);
});

test('state.plan of nothing says why', async () => {
  assert.deepEqual(await call('state.plan'), ['No Top file or master_tops data matches found. Please see master log for details.']);
  await call('state.disable', ['highstate']);
  assert.deepEqual(await call('state.plan'), ['Salt highstate run is disabled. To re-enable, run state.enable highstate']);
  await call('state.enable', ['highstate']);
});

test('state.graph draws for people and for Graphviz', async () => {
  assert.equal(await call('state.graph', ['web'], { form: 'text' }), [
    '1  test.succeed_with_changes  a  [web]', '2  test.nop  b  [web]', '     require 1', '3  test.fail_without_changes  c  [web]',
  ].join('\n'));
  assert.match(String(await call('state.graph', ['web'])), /^digraph G \{\n {2}"test_\|-a_\|-a_\|-succeed_with_changes" \[label="test.succeed_with_changes\\na"\];/);
});

test('umask and runas of a state hold for the programs it starts', async () => {
  const rows = Object.values(await call('state.apply', ['mask']) as PlainMap) as PlainMap[];
  assert.deepEqual(rows.map(({ changes }) => (changes as PlainMap)['stdout']), process.getuid?.() === 0 ? ['0077', 'nobody'] : ['0077', undefined]);
});

test('a run ends before the id that is to be killed', async () => {
  await call('state.soft_kill', [JID, 'b']);
  const rows = await call('state.apply', ['kill']) as PlainMap;
  assert.deepEqual(Object.keys(rows), ['test_|-a_|-a_|-nop']);
  assert.equal(existsSync(join(root, 'cache', 'state_pause', JID)), false);
});

test('a run rests as long as it is to', async () => {
  await call('state.pause', [JID, 'b', 1]);
  const began = performance.now();
  assert.equal(Object.keys(await call('state.apply', ['kill']) as PlainMap).length, 2);
  assert.ok(performance.now() - began >= 900);
});

test('state.pkg applies what a package holds, and only when its sum is right', async () => {
  const folder = join(root, 'package');
  mkdirSync(join(folder, 'base'), { recursive: true });
  writeFileSync(join(folder, 'base', 'f.txt'), 'sent\n');
  const target = join(root, 'work', 'sent.txt');
  writeFileSync(join(folder, 'lowstate.json'), JSON.stringify([{ state: 'file', fun: 'managed', name: target, source: 'salt://f.txt', __id__: 'f', __sls__: 'x', __env__: 'base', order: 1 }]));
  const path = join(root, 'package.tgz');
  assert.equal(spawnSync('tar', ['-czf', path, '-C', folder, 'lowstate.json', 'base']).status, 0);
  const sum = createHash('sha256').update(readFileSync(path)).digest('hex');
  assert.deepEqual(await call('state.pkg', [path, '00', 'sha256']), {});
  const [row] = Object.values(await call('state.pkg', [path, sum, 'sha256']) as PlainMap) as PlainMap[];
  assert.equal(row?.['result'], true);
  assert.equal(readFileSync(target, 'utf8'), 'sent\n');
});

test('a package that leaves its folder is not unpacked', async () => {
  const path = join(root, 'evil.tgz');
  assert.equal(spawnSync('tar', ['-czPf', path, '-C', join(root, 'salt'), '--transform', 's,^,../,', 'base/web.sls']).status, 0);
  const sum = createHash('sha256').update(readFileSync(path)).digest('hex');
  assert.deepEqual(await call('state.pkg', [path, sum, 'sha256']), {});
});

test('pillar_enc: pillar of a call through a renderer, also as one text', async () => {
  const ids = async (pillar: Value, renderer: string): Promise<string[]> => {
    const rows = await call('state.apply', ['given'], { pillar, pillar_enc: renderer });
    return Object.keys(rows as PlainMap).map((tag) => tag.split('_|-')[1] ?? '');
  };
  assert.deepEqual(await ids({ x: 'one' }, 'gpg'), ['one']);
  assert.deepEqual(await ids('x: two\n', 'GPG'), ['two']);
  // What cannot be decrypted stays as it is, with a line in the log, as in Salt.
  assert.deepEqual(await ids({ x: 'three' }, 'nope'), ['three']);
  await assert.rejects(call('state.apply', ['given'], { pillar: 'x: four\n' }), { message: 'Pillar data must be formatted as a dictionary, unless pillar_enc is specified.' });
});

test('state.plan says where a state is written', async () => {
  const { fails } = await call('state.plan', ['web']) as { fails: PlainMap[] };
  assert.deepEqual(fails.map(({ id, place }) => [id, place]), [['c', join(root, 'salt/base/web.sls:6')]]);
});

test('provider of a state: calls of a module go to the file that it names, others where they went', async () => {
  const session = host.session({ signal: neverAborted() }) as Session;
  const given = (provider: Value): Session => withProviders(session, { state: 'pkg', fun: 'installed', provider });
  assert.equal(await given('test').call('pkg.ping', []), true);
  assert.equal(await given([{ mine: 'test' }, { other: 'test' }]).call('other.ping', []), true);
  await assert.rejects(session.call('mine.ping', []), { message: "'mine.ping' is not available." });
  // What the file has not got, and a file that is not there, change nothing.
  assert.equal(await given([{ test: 'cmd' }]).call('test.ping', []), true);
  assert.equal(await given([{ test: 'nothing' }]).call('test.ping', []), true);
  assert.equal(given(null), session);
});

test('state.template reads a file of this machine, which belongs to no environment', async () => {
  writeFileSync(join(root, 'own.sls'), 'e{{ saltenv }}:\n  test.nop\n');
  assert.deepEqual(Object.keys(await call('state.template', [join(root, 'own')]) as PlainMap), ['test_|-e_|-e_|-nop']);
  assert.deepEqual(await call('state.template', [join(root, 'none')]), [`Specified SLS ${join(root, 'none.sls')} on local filesystem cannot be found.`]);
});

test('state.show_state_usage is of all environments, whatever the call names', async () => {
  const usage = await call('state.show_state_usage', [], { saltenv: 'elsewhere' }) as PlainMap;
  assert.deepEqual((usage['base'] as PlainMap)['unused'], ['given', 'kill', 'mask', 'needy', 'one', 'orch', 'web']);
});

test('state.check_request of a name gives nothing when nobody asked for anything', async () => {
  assert.deepEqual(await call('state.check_request', ['somebody']), {});
});

const orchestrate = async (mods: string, kwargs: PlainMap = {}): Promise<{ rows: PlainMap; retcode: Value; exit: number | undefined }> => {
  const session = host.session({ signal: neverAborted(), job: { jid: JID, fun: 'state.orchestrate' }, nested: true });
  const { data, outputter, retcode } = await session.call('state.orchestrate', [mods], kwargs) as PlainMap;
  assert.equal(outputter, 'highstate');
  assert.deepEqual(Object.keys(data as PlainMap), ['m1']);
  return { rows: (data as PlainMap)['m1'] as PlainMap, retcode: retcode ?? null, exit: session.retcode };
};

test('an orchestration without a master applies the states of this machine, whatever the target', async () => {
  const { rows, retcode } = await orchestrate('orch', { pillar: { step: 'given' } });
  assert.equal(retcode, 0);
  assert.deepEqual(Object.keys(rows), ['salt_|-alone_|-alone_|-state', 'test_|-given_|-given_|-nop']);
  const { comment, changes } = rows['salt_|-alone_|-alone_|-state'] as PlainMap;
  assert.equal(comment, 'States ran successfully. Updating m1.');
  const { ret } = changes as { ret: { m1: PlainMap } };
  assert.deepEqual(Object.keys(ret.m1), ['test_|-in_|-in_|-succeed_with_changes']);
  const dry = await orchestrate('orch', { test: true });
  assert.equal((dry.rows['salt_|-alone_|-alone_|-state'] as PlainMap)['result'], null);
});

test('steps that need a master fail with a reason, the exit code of the call is none of theirs', async () => {
  const unreachable = 'The salt master could not be contacted. Is master running?';
  const { rows, retcode, exit } = await orchestrate('needy');
  const told = Object.values(rows).map((row) => [(row as PlainMap)['result'], (row as PlainMap)['comment'], (row as PlainMap)['changes']]);
  assert.deepEqual(told, [
    [false, unreachable, {}],
    [false, "Runner function 'test.arg' failed.", { return: `Exception occurred in runner test.arg: ${unreachable}` }],
    [false, "Wheel function 'key.list_all' failed.", { return: `Exception occurred in wheel key.list_all: ${unreachable}` }],
    [false, `One of the runners raised an exception: ${unreachable}`, {}],
  ]);
  assert.deepEqual([retcode, exit], [1, 0]);
});

test('what cannot be an orchestration is told as Salt tells it', async () => {
  assert.deepEqual(await orchestrate('nosuch'), { rows: ["No matching sls found for 'nosuch' in env 'base'"], retcode: 1, exit: 0 });
  assert.deepEqual(await orchestrate('kill', { exclude: 'kill' }), { rows: {}, retcode: 1, exit: 0 });
  await assert.rejects(call('state.orchestrate', ['orch'], { pillar: 'x' }), { name: 'InvocationError', message: 'Pillar data must be formatted as a dictionary' });
});

test('a minion with a master leaves orchestrations to it', async () => {
  const withMaster = host.session({ signal: neverAborted(), job: { jid: JID }, nested: true }) as Session;
  const session = withMaster.withFacts({ opts: { ...withMaster.host.opts, file_client: 'remote' } });
  await assert.rejects(session.call('state.orchestrate', ['orch']), { name: 'CommandExecutionError', message: /^This minion has a master, orchestrations run there: tsalt-run state\.orchestrate orch \(/ });
});
