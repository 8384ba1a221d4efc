/** 200 managed files, made and then left alone, as whole commands (`state.apply` without a master). `-- file-states [files]`. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program, timed, type Side } from './kit/hosts.js';
import { median, printHead, printRow, RATIO_COLUMNS } from './kit/table.js';

const RUNS = 5;
const files = Number(process.argv[2] ?? 200);
const SIDES: readonly Side[] = ['tsalt', 'salt'];
const WANTED = 2;

interface Place {
  readonly root: string;
  readonly made: string;
}

/** A minion's configuration, its sources and the SLS; the files come to `made`. */
function place(): Place {
  const root = mkdtempSync(join(tmpdir(), 'tsb'));
  const [sources, made] = [join(root, 'srv'), join(root, 'made')];
  mkdirSync(join(sources, 'files'), { recursive: true });
  mkdirSync(made);
  const states = Array.from({ length: files }, (_, at) => {
    writeFileSync(join(sources, 'files', `${at}.conf`), `line of file ${at}\n`.repeat(40));
    return `${join(made, `${at}.conf`)}:\n  file.managed:\n    - source: salt://files/${at}.conf\n    - mode: '0640'\n`;
  });
  writeFileSync(join(sources, 'many.sls'), states.join(''));
  writeFileSync(join(root, 'minion'), JSON.stringify({ root_dir: root, id: 'web1', file_client: 'local', file_roots: { base: [sources] }, log_level: 'quiet' }));
  return { root, made };
}

async function apply(side: Side, { root }: Place): Promise<{ seconds: number; changed: number }> {
  const { seconds, stdout } = await timed([...program(side, 'call'), '-c', root, '--local', 'state.apply', 'many', '--out=json']);
  const { local } = JSON.parse(stdout) as { local: Record<string, { result: unknown; changes: object }> };
  const rows = Object.values(local);
  if (rows.length !== files || rows.some(({ result }) => result !== true)) throw new Error(`${side}: not all of ${files} files are right`);
  return { seconds, changed: rows.filter(({ changes }) => Object.keys(changes).length > 0).length };
}

const places: Record<Side, Place> = { tsalt: place(), salt: place() };
try {
  const changed: Record<Side, number[]> = { tsalt: [], salt: [] };
  const same: Record<Side, number[]> = { tsalt: [], salt: [] };
  for (let run = 0; run < RUNS; run += 1) {
    for (const side of SIDES) {
      rmSync(places[side].made, { recursive: true });
      mkdirSync(places[side].made);
      rmSync(join(places[side].root, 'var'), { recursive: true, force: true });
      const [first, second] = [await apply(side, places[side]), await apply(side, places[side])];
      if (first.changed !== files || second.changed !== 0) throw new Error(`${side}: ${first.changed} and ${second.changed} files changed`);
      changed[side].push(first.seconds);
      same[side].push(second.seconds);
    }
  }
  execFileSync('diff', ['-r', places.tsalt.made, places.salt.made]);
  printHead(`File states (${files} files)`, RATIO_COLUMNS);
  printRow({ what: `${files} managed files, all new`, unit: 's', tsalt: median(changed.tsalt), salt: median(changed.salt), wanted: WANTED });
  printRow({ what: `${files} managed files, all right`, unit: 's', tsalt: median(same.tsalt), salt: median(same.salt), wanted: WANTED });
} finally {
  for (const side of SIDES) rmSync(places[side].root, { recursive: true, force: true });
}
