/** Plugins of users: from the file server, from folders, in every language that runs here, beside those that do not. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlainMap } from '../../src/kernel/std/value.js';
import type { MasterHost } from '../support/fleet/master.js';
import type { MinionHost } from '../support/fleet/minion.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { startFleet } from './kit/fleet.js';

const site = new Site();
let master: MasterHost;
let minion: MinionHost;

const DECLARED = `
import { CommandExecutionError, defineModule, fn, p, type Context } from 'tsalt/plugin';

interface Answer { readonly said: string; readonly times: number }
const answer = (said: string, times: number): Answer => ({ said, times });

export default defineModule({
  name: 'site',
  doc: 'What every host of ours has.',
  card: { title: 'Our site', version: '1.2', configuration: { 'site.loud': 'say it in capitals' } },
  functions: {
    say: fn({
      doc: 'Say a word.\\n\\nsalt web1 site.say hello times=3',
      params: { word: p.string(), times: p.int(1, 'how often') },
      result: '{{ result.said }}',
      run: ({ word, times }) => answer(word.repeat(times), times),
    }),
    bash: fn({
      doc: 'What others say about bash.',
      async run(_args, ctx: Context) {
        return { version: await ctx.call('pkg.version', ['bash']), shell: await ctx.call('cmd.run', ['echo $0'], { shell: '/bin/bash', python_shell: true }), os: ctx.grains['os'] };
      },
    }),
    stops: fn({
      doc: 'Stop with a sentence.',
      run() { throw new CommandExecutionError('we stop here'); },
    }),
    code: fn({
      doc: 'Set the exit code of the job.',
      run(_args, ctx) { ctx.setRetcode(3); return 'three'; },
    }),
  },
});
`;

site.setUp('a master with plugins of users, and a minion, start', async () => {
  site.write('extra/modules/near.mjs', 'export const where = () => "module_dirs";\n');
  site.write('master-extra/output/framed.mjs', 'export function output(data) { return `<${JSON.stringify(data)}>`; }\n');
  site.write('runners/own.mjs', '/** Adds two numbers. */\nexport function add(a, b = 2) { return a + b; }\nexport async function up(ctx) { return ctx.call === undefined ? "no context" : "context"; }\n');
  const fleet = await startFleet(site, ['one'], {
    master: { runner_dirs: [join(site.dir, 'runners')], module_dirs: [join(site.dir, 'master-extra')] },
    minion: { module_dirs: [join(site.dir, 'extra')], log_level_logfile: 'info', grains: { own: 'yes' } },
  });
  ({ master } = fleet);
  [minion] = fleet.minions as [MinionHost];
  master.serve('salt/_modules/hello.mjs', 'export function world(name = "world") { return `hello ${name}`; }\n');
  master.serve('salt/_modules/site.ts', DECLARED);
  master.serve('salt/_modules/old.js', 'export function sum(...numbers) { return numbers.reduce((a, b) => a + b, 0); }\n');
  master.serve('salt/_modules/snake.py', 'def bite():\n    return True\n');
  master.serve('salt/_grains/place.mjs', 'export function place() { return { rack: "r7", levels: { deep: [1, 2] } }; }\n');
  master.serve('salt/_returners/keep.mjs', `import { appendFileSync } from 'node:fs';\nexport function returner(ret) { appendFileSync(${JSON.stringify(join(site.dir, 'kept'))}, JSON.stringify([ret.id, ret.fun, ret.return]) + '\\n'); }\n`);
});

site.test('module_dirs are served at once', async () => {
  assert.equal(await master.call('one', 'near.where'), 'module_dirs');
});

site.test('sync_modules copies modules in TypeScript and JavaScript; each works at once', async () => {
  assert.deepEqual(await master.call('one', 'saltutil.sync_modules'), ['modules.hello', 'modules.old', 'modules.site', 'modules.snake']);
  assert.equal(await master.call('one', 'hello.world'), 'hello world');
  assert.equal(await master.call('one', 'hello.world', ['moon']), 'hello moon');
  assert.equal(await master.call('one', 'hello.world', [], { name: 'mars' }), 'hello mars');
  assert.equal(await master.call('one', 'old.sum', [1, 2, 3]), 6);
  assert.deepEqual(await master.call('one', 'site.say', ['ab'], { times: 2 }), { said: 'abab', times: 2 });
  assert.deepEqual(await master.call('one', 'saltutil.sync_modules'), []);
});

site.test('a declared module has documentation and an argspec, refuses what does not fit, and fails as Salt does', async () => {
  assert.deepEqual(await master.call('one', 'sys.doc', ['site.say']), { 'site.say': 'Say a word.\n\nsalt web1 site.say hello times=3' });
  const { 'site.say': spec } = await master.call('one', 'sys.argspec', ['site.say']) as { 'site.say': PlainMap };
  assert.deepEqual([spec['args'], spec['defaults']], [['word', 'times'], [1]]);
  const { site: card } = await master.call('one', 'sys.doc', ['site']) as { site: PlainMap };
  assert.deepEqual({ ...card, functions: (card['functions'] as PlainMap)['say'] }, {
    title: 'Our site', description: 'What every host of ours has.', version: '1.2', configuration: { 'site.loud': 'say it in capitals' },
    functions: {
      parameters: { word: { kind: 'string', required: true, doc: '' }, times: { kind: 'int', required: false, default: 1, doc: 'how often' } },
      result: '{{ result.said }}',
    },
  });
  assert.match(String(await master.call('one', 'site.say')), /missing 1 required positional argument: 'word'/);
  const { loads } = await master.job({ tgt: 'one', fun: 'site.stops' });
  assert.deepEqual([loads['one']?.['return'], loads['one']?.['success'], loads['one']?.['retcode']], ['ERROR: we stop here', false, 1]);
  const { loads: coded } = await master.job({ tgt: 'one', fun: 'site.code' });
  assert.deepEqual([coded['one']?.['return'], coded['one']?.['retcode']], ['three', 3]);
});

site.test('a module calls other modules by name and sees grains', async () => {
  const got = await master.call('one', 'site.bash') as PlainMap;
  assert.match(String(got['version']), /^\d/);
  assert.equal(got['shell'], '/bin/bash');
  assert.equal(got['os'], await master.call('one', 'grains.get', ['os']));
});

site.test('sync_all brings every kind, lists it, and warns once of Python files', async () => {
  const done = await master.tsalt('tsalt', 'one', 'saltutil.sync_all', '--out=json', '--static');
  assert.equal(done.code, 0, done.stderr);
  const synced = (JSON.parse(done.stdout) as { one: PlainMap }).one;
  assert.deepEqual([synced['modules'], synced['grains'], synced['returners'], synced['states']], [[], ['grains.place'], ['returners.keep'], []]);
  const warnings = (): number => minion.log().split('\n').filter((line) => /Python modules cannot run/.test(line)).length;
  assert.ok(warnings() >= 1, minion.log());
  const before = warnings();
  await master.call('one', 'test.ping');
  await master.call('one', 'hello.world');
  assert.ok(warnings() - before <= 1, 'a warning with every call');
  assert.match(String(await master.call('one', 'snake.bite')), /'snake\.bite' is not available/);
});

site.test('custom grains are there after the sync', async () => {
  await until('the grain', async () => await master.call('one', 'grains.get', ['rack']) === 'r7', 15_000);
  assert.deepEqual(await master.call('one', 'grains.get', ['levels:deep']), [1, 2]);
  assert.equal(await master.call('one', 'grains.get', ['own']), 'yes');
  await until('the grain on the master', async () => (await master.job({ tgt: 'rack:r7', tgtType: 'grain', fun: 'test.ping' })).returns['one'] === true, 20_000);
});

site.test('a custom returner gets the return', async () => {
  const done = await master.tsalt('tsalt', 'one', 'test.echo', 'text', '--return', 'keep');
  assert.equal(done.code, 0, done.stderr);
  await until('the return', () => existsSync(join(site.dir, 'kept')));
  assert.deepEqual(JSON.parse(readFileSync(join(site.dir, 'kept'), 'utf8')), ['one', 'test.echo', 'text']);
});

site.test('a custom outputter prints', async () => {
  const done = await master.tsalt('tsalt', 'one', 'test.ping', '--out=framed');
  assert.equal(done.stdout, '<{"one":true}>\n', JSON.stringify(done));
});

site.test('a runner of runner_dirs has arguments and context', async () => {
  const done = await master.tsalt('tsalt-run', 'own.add', '40', '--out=json');
  assert.deepEqual([done.code, done.stdout.trim()], [0, '42'], JSON.stringify(done));
  assert.equal((await master.tsalt('tsalt-run', 'own.up', '--out=txt')).stdout.trim(), 'context');
  assert.match((await master.tsalt('tsalt-run', '-d', 'own.add')).stdout, /Adds two numbers/);
});

site.test('a module with the name of a built-in one replaces it until it leaves the server', async () => {
  const file = master.serve('salt/_modules/test.mjs', 'export const ping = () => "pong of ours";\n');
  assert.deepEqual(await master.call('one', 'saltutil.sync_modules'), ['modules.test']);
  assert.equal(await master.call('one', 'test.ping'), 'pong of ours');
  rmSync(file);
  // As with real Salt, what was removed is not named.
  assert.deepEqual(await master.call('one', 'saltutil.sync_modules'), []);
  assert.equal(await master.call('one', 'test.ping'), true);
});

site.test('a changed module is read anew, a broken one says why and harms no other', async () => {
  master.serve('salt/_modules/hello.mjs', 'export function world() { return "changed"; }\n');
  master.serve('salt/_modules/broken.ts', 'export function nothing( {\n');
  assert.deepEqual(await master.call('one', 'saltutil.sync_modules'), ['modules.broken', 'modules.hello']);
  assert.equal(await master.call('one', 'hello.world'), 'changed');
  assert.match(String(await master.call('one', 'broken.nothing')), /^'broken' __virtual__ returned False: .*broken\.ts:2: Expected/);
  assert.match(minion.log(), /user plugin cannot be loaded.*broken/);
});

site.test('a file put into extension_modules by hand is found after refresh_modules', async () => {
  const folder = String(await master.call('one', 'config.get', ['extension_modules']));
  assert.ok(folder.startsWith(minion.dir), folder);
  writeFileSync(join(folder, 'modules/byhand.mjs'), 'export const there = () => true;\n');
  await master.call('one', 'saltutil.refresh_modules');
  await until('the module', async () => await master.call('one', 'byhand.there') === true, 10_000);
});
