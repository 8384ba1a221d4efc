/**
 * Secrets of every kind are planted, used, and made to fail, with all programs logging all they can: none of them may appear in a log
 * file or on a terminal.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { signInLoad } from '../../src/bus/wire/sign-in.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { MasterHost } from '../support/fleet/master.js';
import { askClear, newNonce, RawMinion } from '../support/fleet/raw-minion.js';
import { Site, userName } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';

const site = new Site();
let master: MasterHost;
let minion: MinionHost;

/** What must not be seen, by what it is. */
const secrets = new Map<string, string>();

/** A new secret that is looked for in all logs. */
function planted(what: string): string {
  const secret = `canary${randomBytes(9).toString('hex')}`;
  secrets.set(what, secret);
  return secret;
}

const LOUD: PlainMap = { log_level: 'garbage', log_level_logfile: 'garbage' };

site.setUp('a master and a minion that log everything', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'm', {
    ...LOUD, file_recv: true, peer: { '.*': ['test.*', 'cmd.*'] }, external_auth: { auto: { tester: ['.*'] } }, autosign_grains_dir: 'autosign',
  });
  minion = new MinionHost(site, 'tsalt', 'web1', master, {
    ...LOUD, file_recv: true, mine_functions: { 'test.echo': [planted('value of a mine')], 'test.exception': [planted('failure of a mine function')] },
  });
  master.serve('pillar/top.sls', 'base:\n  "*":\n    - good\n    - broken\n    - alias\n    - escape\n    - tag\n    - twice\n');
  master.serve('pillar/good.sls', `password: ${planted('value in the pillar')}\nlist: [${planted('item in the pillar')}]\n`);
  master.serve('pillar/broken.sls', `secret: ${planted('pillar that is no YAML')}\n  bad: : [\n`);
  master.serve('pillar/alias.sls', `x: *${planted('alias in a pillar')}\n`);
  master.serve('pillar/escape.sls', `x: "\\z${planted('text with a wrong escape in a pillar')}"\n`);
  master.serve('pillar/tag.sls', `x: !${planted('tag in a pillar')} y\n`);
  const twice = planted('key that stands twice in a pillar');
  master.serve('pillar/twice.sls', `${twice}: 1\n${twice}: 2\n`);
  master.serve('salt/secret.txt', planted('content of a file'));
  master.serve('salt/one.sls', `x:\n  file.managed:\n    - name: ${minion.path('made')}\n    - contents: ${planted('contents in a state')}\n`);
  await master.start();
  await enrol(master, await master.hear(), [minion]);
  await master.allAnswer('web1');
});

site.test('jobs with secrets in what they are given, give back, and fail with', async () => {
  const jobs: readonly { fun: string; arg?: readonly string[]; kwarg?: PlainMap }[] = [
    { fun: 'test.arg', arg: [planted('argument')], kwarg: { password: planted('keyword argument password'), anything: planted('keyword argument') } },
    { fun: 'test.echo', arg: [planted('value of a job')] },
    { fun: 'test.exception', arg: [planted('message of an exception')] },
    { fun: 'test.ping', arg: [planted('argument too many')], kwarg: { [planted('name of a keyword argument')]: 1 } },
    { fun: 'no.such', arg: [planted('argument of a missing function')] },
    { fun: 'cmd.run', arg: [`true ${planted('command line')}`], kwarg: { env: { TOKEN: planted('environment of a command') } } },
    { fun: 'cmd.run', arg: [`false ${planted('command that fails')}`] },
    // What a command prints is logged, as with real Salt, unless the caller says otherwise.
    { fun: 'cmd.run', arg: [`echo ${planted('output of a quiet command')}; exit 3`], kwarg: { output_loglevel: 'quiet' } },
    { fun: 'cmd.run', arg: ['true'], kwarg: { runas: 'nobody-here', password: planted('password of a user') } },
    { fun: 'cmd.run', arg: ['cat'], kwarg: { stdin: planted('standard input'), cwd: '/nonexistent' } },
    { fun: 'pillar.items' }, { fun: 'pillar.get', arg: ['password'] }, { fun: 'saltutil.refresh_pillar' }, { fun: 'mine.update' },
    { fun: 'mine.send', arg: ['test.echo', planted('value sent to the mine')] },
    { fun: 'event.send', arg: ['my/tag'], kwarg: { data: { secret: planted('event') } } },
    { fun: 'cp.get_file_str', arg: ['salt://secret.txt'] }, { fun: 'cp.get_file', arg: ['salt://secret.txt', minion.path('fetched')] },
    { fun: 'cp.push', arg: [minion.path('fetched')] },
    { fun: 'file.write', arg: [minion.path('written'), planted('text written to a file')] },
    { fun: 'file.append', arg: [`/nonexistent/x`, planted('text that cannot be written')] },
    { fun: 'publish.publish', arg: ['*', 'test.echo', planted('argument of a published job')] },
    { fun: 'state.apply', arg: ['one'] }, { fun: 'state.apply', kwarg: { pillar: { x: planted('pillar on a command line') } } },
    { fun: 'test.arg', arg: ['x'], kwarg: { ret_kwargs: planted('options of a returner') } },
  ];
  for (const { fun, arg = [], kwarg } of jobs) {
    const { loads } = await master.job({ tgt: 'web1', fun, arg, ...(kwarg === undefined ? {} : { kwarg }), timeoutMs: 20_000 });
    assert.ok(loads['web1'] !== undefined, fun);
  }
  await master.job({ tgt: 'web1', fun: 'test.ping', options: { metadata: { m: planted('metadata') }, ret_config: planted('ret_config') } });
});

site.test('keys, tokens and passwords on the request port', async () => {
  const port = master.requestPort;
  const publish = { cmd: 'publish', tgt: '*', fun: 'test.ping', arg: [], tgt_type: 'glob', ret: '', jid: '', user: userName };
  await askClear(port, { ...publish, key: planted('wrong key of a user') });
  await askClear(port, { ...publish, kwargs: { token: planted('token') } });
  await askClear(port, { ...publish, kwargs: { eauth: 'auto', username: 'tester', password: planted('password of external authentication') } });
  for (const cmd of ['runner', 'wheel', 'mk_token', 'get_token']) {
    await askClear(port, { cmd, fun: 'test.arg', eauth: 'auto', username: 'u', password: planted(`password of ${cmd}`), token: planted(`token of ${cmd}`), kwarg: { x: planted(`argument of ${cmd}`) } });
  }
  const key = readFileSync(master.path('cache', `.${userName}_key`), 'utf8').trim();
  secrets.set('key of a local user', key);
  await askClear(port, { cmd: 'runner', fun: 'test.arg', kwarg: { password: planted('argument of a runner') }, key, user: userName });
  await askClear(port, { cmd: 'runner', fun: 'no.such', kwarg: { password: planted('argument of a missing runner') }, key, user: userName });
  await askClear(port, { cmd: 'wheel', fun: 'key.finger', kwarg: { match: planted('argument of a wheel function') }, key, user: userName });
  await askClear(port, { cmd: 'no_such', x: planted('field of an unknown command') });
  const load = signInLoad({
    id: 'stranger', nonce: newNonce(), encAlgo: 'OAEP-SHA1', sigAlgo: 'PKCS1v15-SHA1', pub: planted('public key that is none'),
    autosignGrains: { rack: planted('autosign grain') }, token: Buffer.from(planted('token of a sign-in')),
  });
  await askClear(port, load);
});

site.test('what a minion sends about itself, and sends wrongly', async () => {
  const raw = await RawMinion.make('raw', master.requestPort);
  await raw.signIn();
  await master.accept('raw');
  await raw.signIn();
  secrets.set('session key', raw.session);
  const loads: readonly PlainMap[] = [
    { cmd: '_minion_event', tag: '_salt_error', data: { message: planted('error of a minion') } }, { cmd: '_minion_event', tag: 'salt/key', data: { x: planted('refused event') } },
    { cmd: '_mine', data: { f: planted('mine') } }, { cmd: '_mine', data: planted('mine that is no map') }, { cmd: '_pillar', grains: { password: planted('grain') } },
    { cmd: '_return', jid: planted('no job id/'), return: planted('return without job id') }, { cmd: '_return', jid: '20260101000000000009', fun: 'x.y', return: planted('return') },
    { cmd: '_file_recv', path: ['a'], loc: -1, data: planted('refused upload') }, { cmd: '_file_recv', path: ['..'], loc: 0, data: planted('upload that leaves') },
    { cmd: 'minion_publish', fun: 'cmd.nothing', arg: [planted('argument of a job of a minion')], tgt: 'nobody', tmo: 1 },
    { cmd: 'minion_runner', fun: 'test.arg', arg: [planted('argument of a runner of a minion')] }, { cmd: 'no_such', x: planted('its field') },
    { cmd: '_register_resources', resources: { t: [planted('resource/')] } }, { cmd: '_mine_get', tgt: planted('target'), fun: planted('function of a mine') },
    { cmd: '_serve_file', path: planted('path'), saltenv: 'base', loc: 0 }, { cmd: '_file_envs', nonce: planted('nonce') }, { cmd: '_file_envs', tok: planted('tok') },
  ];
  for (const load of loads) await raw.ask(load, {}, 5000);
});

site.test('a master that goes away while returns wait', async () => {
  const begun = minion.path('begun');
  const job = master.job({ tgt: 'web1', fun: 'cmd.run', arg: [`touch ${begun}; sleep 3; echo ${planted('job that waits')}`], kwarg: { output_loglevel: 'quiet' } }).catch(() => undefined);
  await until('the job', () => existsSync(begun));
  await master.stop();
  await job;
  await until('a return that waits', () => readdirSync(minion.path('cache/outbox')).length > 0);
  await master.start();
  await until('it was delivered', () => readdirSync(minion.path('cache/outbox')).length === 0);
});

site.test('none of it is in any log', async () => {
  for (const [what, path] of [['private key of the master', master.path('pki/master.pem')], ['private key of the minion', minion.path('pki/minion.pem')]] as const) {
    secrets.set(what, readFileSync(path, 'utf8').split('\n')[2] ?? '');
  }
  for (const id of ['web1', 'raw']) secrets.set(`session key of ${id}`, readFileSync(master.path('cache/sessions', id), 'utf8').trim());
  const found: string[] = [];
  for (const host of [master, minion]) {
    for (const name of readdirSync(host.path('log'))) {
      const lines = readFileSync(host.path('log', name), 'utf8').split('\n');
      assert.ok(name === 'key' || lines.length > 10, `${name} has lines`);
      for (const [what, secret] of secrets) {
        assert.ok(secret.length > 15, what);
        const line = lines.find((candidate) => candidate.includes(secret));
        if (line !== undefined) found.push(`${what}: ${host === master ? 'master' : 'minion'} log/${name}: ${line.slice(0, 300)}`);
      }
    }
  }
  assert.deepEqual(found, []);
  await Promise.resolve();
});
