/** State runs as whole commands: what the engine costs, with states that do nothing. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program, type Side } from './kit/hosts.js';
import { wholeCommand, type Taken } from './kit/whole-command.js';
import { median, printHead, printRow, RATIO_COLUMNS } from './kit/table.js';

const RUNS = Number(process.argv[2] ?? 3);
const SIDES: readonly Side[] = ['tsalt', 'salt'];

const list = (count: number, needs: (at: number) => readonly number[]): string => Array.from({ length: count }, (_, at) => {
  const requisites = needs(at);
  if (requisites.length === 0) return `s${at}:\n  test.nop\n`;
  return `s${at}:\n  test.nop:\n    - require:\n${requisites.map((other) => `      - test: s${other}\n`).join('')}`;
}).join('');

const TREES: Readonly<Record<string, string>> = {
  trivial: list(1000, () => []),
  chain: list(1000, (at) => (at === 0 ? [] : [at - 1])),
  // Three requisites each, to states far and near.
  web: list(5000, (at) => (at < 10 ? [] : [at - 1, (at * 7919) % at, Math.floor(at / 2)])),
};

const root = mkdtempSync(join(tmpdir(), 'bench-states-'));
mkdirSync(join(root, 'srv'));
writeFileSync(join(root, 'minion'), JSON.stringify({ id: 'one', root_dir: root, file_client: 'local', file_roots: { base: [join(root, 'srv')] }, pillar_roots: { base: [] } }));
for (const [name, text] of Object.entries(TREES)) writeFileSync(join(root, 'srv', `${name}.sls`), text);

try {
  printHead('States', RATIO_COLUMNS);
  for (const [what, sls] of [['1,000 trivial states', 'trivial'], ['1,000 that require one another', 'chain'], ['5,000 with a web of requisites', 'web']] as const) {
    const taken: Record<Side, Taken[]> = { tsalt: [], salt: [] };
    for (let turn = 0; turn < RUNS; turn += 1) for (const side of SIDES) taken[side].push(wholeCommand([...program(side, 'call'), '-c', root, '--local', 'state.apply', sls, '--out=json']));
    const of = (side: Side, which: 'seconds' | 'cpu'): number => median(taken[side].map((one) => one[which]));
    printRow({ what, unit: 's', tsalt: of('tsalt', 'seconds'), salt: of('salt', 'seconds'), wanted: 4 });
    printRow({ what: `${what}, processor time`, unit: 's', tsalt: of('tsalt', 'cpu'), salt: of('salt', 'cpu') });
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
