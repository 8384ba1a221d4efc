/**
 * What commands and an idle minion may cost, `bench/budget.json`: files and bytes of our program that are loaded, which hold on any
 * machine, rather than times, which do not; memory and processor time of a minion that has nothing to do.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from '../support/fleet/program.js';
import { repository } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { startFleet } from './kit/fleet.js';

interface Loads { readonly files: number; readonly kilobytes: number }
interface Budget {
  readonly commands: Readonly<Record<string, Loads>>;
  /** Programs that are one file: its text, and what the engine compiled of it. Both are read at each start. */
  readonly linked: Readonly<Record<string, { readonly kilobytes: number; readonly compiled_kilobytes: number }>>;
  readonly minion: { readonly private_megabytes: number; readonly idle_cpu_ms: number; readonly idle_seconds: number };
}
const budget = JSON.parse(readFileSync(join(repository, 'bench/budget.json'), 'utf8')) as Budget;

const site = new Site();
/** Writes the address of each module that is loaded, one a line. */
const hooks = site.write('hooks.mjs', `
  import { appendFileSync } from 'node:fs';
  export async function load(url, context, next) {
    if (url.startsWith('file:')) appendFileSync(process.env.LOADED, url + '\\n');
    return next(url, context);
  }`);
const preload = site.write('preload.mjs', `import { register } from 'node:module'; register(${JSON.stringify(`file://${hooks}`)});`);

function loaded(path: string): { paths: string[]; kilobytes: number } {
  const paths = [...new Set(readFileSync(path, 'utf8').trim().split('\n').map((url) => fileURLToPath(url)))].filter((file) => file !== preload);
  return { paths, kilobytes: paths.reduce((sum, file) => sum + statSync(file).size, 0) / 1024 };
}

function assertWithin(what: string, { paths, kilobytes }: ReturnType<typeof loaded>, limit: Loads): void {
  assert.ok(paths.some((path) => path.includes('/dist/')), `${what} loads nothing of the program: ${paths.join(' ')}`);
  assert.ok(paths.length <= limit.files, `${what} loads ${paths.length} files, ${limit.files} are allowed`);
  assert.ok(kilobytes <= limit.kilobytes, `${what} loads ${Math.round(kilobytes)} kB, ${limit.kilobytes} are allowed`);
}

const confDir = join(site.dir, 'conf');
site.write('conf/minion', JSON.stringify({ root_dir: site.dir, id: 'one', file_client: 'local', log_file: 'log' }));
site.write('conf/master', JSON.stringify({ root_dir: site.dir }));

for (const [line, limit] of Object.entries(budget.commands)) {
  site.test(`${line} loads no more than it may`, async () => {
    const [program = '', ...words] = line.split(' ');
    const list = join(site.dir, `${line.replaceAll(/\W+/g, '_')}.list`);
    const done = await runCommand(
      [process.execPath, '--import', preload, join(repository, 'bin', program), ...(words.includes('--version') ? [] : ['-c', confDir]), ...words],
      { env: { ...process.env, LOADED: list } },
    );
    assert.equal(done.code, 0, done.stderr);
    const found = loaded(list);
    assertWithin(line, found, limit);
    assert.deepEqual(found.paths.filter((path) => path.includes('node_modules')), []);
  });
}

for (const [name, limit] of Object.entries(budget.linked)) {
  site.test(`${name} as one file is no larger than it may be`, async () => {
    const folder = join(repository, 'dist/linked', name);
    const kilobytes = (ending: string): number => readdirSync(folder).filter((file) => file.endsWith(ending)).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0) / 1024;
    for (const [size, most] of [[kilobytes('.cjs'), limit.kilobytes], [kilobytes('.cache'), limit.compiled_kilobytes]] as const) {
      assert.ok(size > 0 && size <= most, `${Math.round(size)} kB, ${most} are allowed`);
    }
  });
}

site.test('bundling renames no class of an error: its name stands in logs', () => {
  const texts = (folder: string, ending: string): string[] => readdirSync(join(repository, folder), { recursive: true }).map(String)
    .filter((name) => name.endsWith(ending)).map((name) => readFileSync(join(repository, folder, name), 'utf8'));
  const own = new Set(texts('src', '.ts').flatMap((text) => text.match(/(?<=\bclass )\w+Error\b/g) ?? []));
  assert.ok(own.size > 20);
  const renamed = texts('dist', '.js').flatMap((text) => text.match(/(?<=\bclass )\w*Error\d+\b/g) ?? []).filter((name) => own.has(name.replace(/\d+$/, '')));
  assert.deepEqual(renamed, []);
  return Promise.resolve();
});

site.test('an idle minion is one small process that does nothing', async () => {
  const { minions: [minion] } = await startFleet(site, ['idle']);
  assert.ok(minion !== undefined);
  const { pid } = minion.process;
  const { private_megabytes: most, idle_cpu_ms: busy, idle_seconds: seconds } = budget.minion;
  // The garbage of the start is swept when nothing has happened for a while.
  await until(`${most} MB of its own`, () => privateMegabytes(pid) <= most);
  assert.equal(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'), '');
  const before = cpuMs(pid);
  await sleep(seconds * 1000);
  assert.ok(cpuMs(pid) - before <= busy, `${cpuMs(pid) - before} ms of processor time in ${seconds} s`);
}, { skip: existsSync('/proc/self/smaps') ? false : 'the system does not tell the memory of a process' });

function privateMegabytes(pid: number): number {
  const rows = readFileSync(`/proc/${pid}/smaps`, 'utf8').matchAll(/^Private_(?:Clean|Dirty):\s+(\d+)/gm);
  return [...rows].reduce((sum, [, kilobytes]) => sum + Number(kilobytes), 0) / 1024;
}

/** A tick is 10 ms. */
function cpuMs(pid: number): number {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 13) ?? [];
  return (Number(user) + Number(system)) * 10;
}
