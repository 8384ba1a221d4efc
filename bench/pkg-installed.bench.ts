/** `pkg.installed` of 50 installed packages, as whole commands (`state.apply` without a master). `-- pkg-installed [packages]`. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program, timed, type Side } from './kit/hosts.js';
import { median, printHead, printRow, RATIO_COLUMNS } from './kit/table.js';

const RUNS = 5;
const count = Number(process.argv[2] ?? 50);
const SIDES: readonly Side[] = ['tsalt', 'salt'];
const WANTED = 2;

/** Names without an architecture behind them: those of this machine's own. */
const installed = execFileSync('dpkg-query', ['-W', '-f', '${Status}\t${Package}\n'], { encoding: 'utf8' }).split('\n')
  .filter((line) => line.startsWith('install ok installed\t')).map((line) => line.split('\t')[1] ?? '').slice(0, count);
if (installed.length < count) throw new Error(`only ${installed.length} packages are installed here`);

const root = mkdtempSync(join(tmpdir(), 'tsb'));
const sources = join(root, 'srv');

/** Seconds; all states must have found what they want. */
async function apply(side: Side, sls: string, states: number): Promise<number> {
  const { seconds, stdout } = await timed([...program(side, 'call'), '-c', root, '--local', 'state.apply', sls, '--out=json']);
  const { local } = JSON.parse(stdout) as { local: Record<string, { result: unknown; changes: object }> };
  const rows = Object.values(local);
  if (rows.length !== states || rows.some(({ result, changes }) => result !== true || Object.keys(changes).length > 0)) throw new Error(`${side}: ${sls} is not as it should be`);
  return seconds;
}

try {
  mkdirSync(sources);
  // Without `refresh: false` the first state would ask the mirrors, whose time is not ours.
  writeFileSync(join(sources, 'one.sls'), JSON.stringify({ all: { 'pkg.installed': [{ pkgs: installed }, { refresh: false }] } }));
  writeFileSync(join(sources, 'each.sls'), JSON.stringify(Object.fromEntries(installed.map((name) => [name, { 'pkg.installed': [{ refresh: false }] }]))));
  writeFileSync(join(root, 'minion'), JSON.stringify({ root_dir: root, id: 'web1', file_client: 'local', file_roots: { base: [sources] }, log_level: 'quiet' }));
  printHead(`Installed packages (${count})`, RATIO_COLUMNS);
  for (const [what, sls, states] of [[`one state with ${count} packages`, 'one', 1], [`${count} states with a package each`, 'each', count]] as const) {
    const taken: Record<Side, number[]> = { tsalt: [], salt: [] };
    for (let run = 0; run < RUNS; run += 1) for (const side of SIDES) taken[side].push(await apply(side, sls, states));
    printRow({ what, unit: 's', tsalt: median(taken.tsalt), salt: median(taken.salt), wanted: WANTED });
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
