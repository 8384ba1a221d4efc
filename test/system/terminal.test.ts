/** What people see of state runs on a terminal, and that programs see nothing of it. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { MasterHost } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { onTerminal, plainText } from '../support/fleet/on-terminal.js';
import { repository } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';

const ERASED = '\r\u001b[2K';
const site = new Site();
let master: MasterHost;
let web1: MinionHost;

const program = (name: string, configDir: string, ...words: string[]): string[] => [process.execPath, join(repository, 'bin', name), '-c', configDir, ...words];

site.setUp('a master and two minions, of which one fails', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'm', { id: 'hub' });
  const roots = master.path('srv/salt');
  mkdirSync(roots, { recursive: true });
  writeFileSync(join(roots, 'web.sls'), [
    'fine:', '  test.succeed_with_changes', 'slow:', '  cmd.run:', '    - name: sleep 1', "{% if grains['id'] == 'web2' %}", 'broken:', '  test.fail_without_changes',
    'behind:', '  test.nop:', '    - require:', '      - test: broken', '{% endif %}', '',
  ].join('\n'));
  writeFileSync(join(roots, 'steps.sls'), ['first:', '  salt.state:', '    - tgt: web1', '    - sls: web', 'second:', '  salt.function:', '    - name: test.ping', '    - tgt: web1', ''].join('\n'));
  await master.start();
  const hearing = await master.hear();
  web1 = new MinionHost(site, 'tsalt', 'web1', master);
  await enrol(master, hearing, [web1, new MinionHost(site, 'tsalt', 'web2', master)]);
  await master.allAnswer('web1', 'web2');
});

site.test('a file for results has the colours of the terminal, as with Salt', async () => {
  const file = join(site.dir, 'results');
  const { code, text } = await onTerminal(program('tsalt', master.configDir, 'web1', 'test.ping', '--out-file', file));
  assert.equal(code, 0, text);
  assert.equal(readFileSync(file, 'utf8'), '\u001b[0;36mweb1\u001b[0;0m:\n    \u001b[0;1;33mTrue\u001b[0;0m\n');
});

site.test('after the answers of all minions: what failed, where it is written, counts', async () => {
  const { code, text } = await onTerminal(program('tsalt', master.configDir, '*', 'state.apply', 'web'));
  assert.equal(code, 1, text);
  const place = `${master.path('srv/salt')}/web.sls:7`;
  assert.ok(text.includes('targeted 2 / received '), text);
  assert.ok(plainText(text).includes(`     SLS: ${place}\n`), text);
  assert.ok(plainText(text).includes([
    'Summary of 2 minions', '--------------------', 'Failed: test.fail_without_changes  broken  on web2', `    ${place}`, '    Failure!',
    '1 state not run, because others failed that they require', 'Minions: 1 failed, 1 changed', '',
  ].join('\n')), text);
});

site.test('how far the states of each minion are is told while they run', async () => {
  const [flag, copy] = [join(site.dir, 'go-on'), join(site.dir, 'terminal')];
  writeFileSync(join(master.path('srv/salt'), 'long.sls'), [
    'fine:', '  test.nop', 'long:', '  cmd.run:', `    - name: for turn in $(seq 1200); do [ -e ${flag} ] && exit 0; sleep 0.1; done; exit 1`, '',
  ].join('\n'));
  const running = onTerminal(program('tsalt', master.configDir, 'web*', 'state.apply', 'long'), copy);
  try {
    await until('both minions at their second state', () => existsSync(copy) && /; states: web\d 2 of 2, web\d 2/.test(readFileSync(copy, 'utf8')));
  } finally {
    writeFileSync(flag, '');
  }
  const { code, text } = await running;
  assert.equal(code, 0, text);
  assert.ok(text.lastIndexOf('; states: ') < text.lastIndexOf(ERASED), text);
});

site.test('an orchestration tells its step, and the line is gone before the answer', async () => {
  const { code, text } = await onTerminal(program('tsalt-run', master.configDir, 'state.orchestrate', 'steps'));
  assert.equal(code, 0, text);
  assert.match(text, /step 1 of 2 \(\d+ s\): salt\.state {2}first/);
  assert.ok(text.lastIndexOf('step ') < text.lastIndexOf(ERASED) && text.lastIndexOf(ERASED) < text.indexOf('Function: salt.state'), text);
});

site.test('tsalt-call tells the state it is at, of a master too, but not with --out', async () => {
  const { code, text } = await onTerminal(program('tsalt-call', web1.configDir, 'state.apply', 'web'));
  assert.equal(code, 0, text);
  assert.match(text, /state 2 of 2 \(\d+ s\): cmd\.run {2}slow/);
  assert.ok(text.lastIndexOf(ERASED) < text.indexOf('Function: cmd.run'), text);
  const json = await onTerminal(program('tsalt-call', web1.configDir, 'state.apply', 'web', '--out=json'));
  assert.doesNotMatch(json.text, /state 2 of 2/);
  assert.equal(Object.keys(JSON.parse(json.text) as PlainMap)[0], 'local');
});

site.test('what is no terminal gets the answers alone', async () => {
  const { stdout, stderr } = await master.tsalt('tsalt', '*', 'state.apply', 'web');
  assert.match(stdout, /Summary for web2/);
  assert.doesNotMatch(stdout + stderr, /Summary of|SLS: |targeted/);
  assert.ok(!(stdout + stderr).includes('\u001b'));
});

site.test('state.plan groups minions, and its JSON is one value', async () => {
  const { stdout } = await master.tsalt('tsalt', '*', 'state.plan', 'web', '--out=json');
  const { groups, errors, minions } = JSON.parse(stdout) as { groups: PlainMap[]; errors: PlainMap[]; minions: PlainMap };
  assert.deepEqual(groups.map((group) => group['minions']), [['web2'], ['web1']]);
  assert.deepEqual(((groups[0] ?? {})['unknown'] as PlainMap[]).map(({ id, sls }) => [id, sls]), [['slow', 'web']]);
  assert.deepEqual([errors, minions], [[], { fails: 1, changes: 2, unknown: 2, unchanged: 0, errors: 0, missing: 0 }]);
  const text = (await master.tsalt('tsalt', '*', 'state.plan', 'nothing')).stdout;
  assert.equal(text, "web1, web2 (2 minions)\n  there is no plan:\n    No matching sls found for 'nothing' in env 'base'\n\nPlan for 2 minions in 0 groups: 2 without a plan\n");
});

site.test('--progress asks for the line beside answers of any form; programs see the answers alone', async () => {
  const { text } = await onTerminal(program('tsalt', master.configDir, '-p', '--out=txt', 'web1', 'test.ping'));
  assert.ok(text.includes('targeted 1 / received '), text);
  assert.ok(plainText(text).includes('web1: True'), text);
  assert.deepEqual(await master.tsalt('tsalt', '--progress', 'web1', 'test.ping'), { code: 0, stdout: 'web1:\n    True\n', stderr: '' });
});

site.test('--log-file has what is logged, also what is not shown', async () => {
  const file = join(site.dir, 'own.log');
  const { code, stderr } = await master.tsalt('tsalt', `--log-file=${file}`, '--log-file-level=debug', '-c', join(site.dir, 'nowhere'), 'web1', 'test.ping');
  assert.equal(code, 0);
  assert.match(stderr, /Unable to connect to the salt master publisher/);
  assert.match(readFileSync(file, 'utf8'), /\[ERROR {3}\].*Unable to connect to the salt master publisher/);
  assert.match(readFileSync(file, 'utf8'), /\[DEBUG {3}\].*No tsalt-master answers/);
});
