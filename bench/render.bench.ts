/**
 * Rendering beside real Salt: warm in one process each (processor time, which other work on the machine does not stretch),
 * and as commands with their start.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlainMap } from '../src/kernel/std/value.js';
import { program, repository, saltVenv, type Side } from './kit/hosts.js';
import { median, printHead, printRow, RATIO_COLUMNS, say, shown } from './kit/table.js';
import { wholeCommand, type Taken } from './kit/whole-command.js';
import { localRenderer } from './render/local-renderer.js';
import { longSls, longYaml, smallPillars } from './render/texts.js';

interface Work {
  readonly name: string;
  readonly texts: readonly string[];
  readonly pipe: string;
  readonly sls: string;
  readonly runs: number;
  readonly wanted: number;
  /** File of the text, for templates that ask where they are. */
  readonly path?: string;
}

const COMMAND_RUNS = 7;
/** So long each work is done before it is measured: what a daemon compiles is compiled by then. */
const WARM_MS = 4000;

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const root = mkdtempSync(join(tmpdir(), 'tsalt-render-bench-'));
const formulas = join(repository, 'test/peer/formulas/tree');
const tree = join(root, 'srv');
mkdirSync(tree);
writeFileSync(join(tree, 'long.sls'), longSls());
writeFileSync(join(tree, 'plain.sls'), `#!yaml\n${longYaml()}`);
const options: PlainMap = { root_dir: root, id: 'web1', file_client: 'local', log_level: 'quiet', grains: { os: 'Debian', os_family: 'Debian', osfinger: 'Debian-12' }, file_roots: { base: [tree, formulas] } };
writeFileSync(join(root, 'minion'), JSON.stringify(options));

writeFileSync(join(tree, 'small.sls'), smallPillars()[7] ?? '');
writePillars();

const mapFile = join(formulas, 'web/config/file.sls');
const WORK: readonly Work[] = [
  { name: `SLS of ${longSls().split('\n').length} lines, loops and macros`, texts: [longSls()], pipe: 'jinja|yaml', sls: 'long', runs: 15, wanted: 5 },
  { name: 'map.jinja of a formula, files by grains', texts: [readFileSync(mapFile, 'utf8')], pipe: 'jinja|yaml', sls: 'web.config.file', runs: 9, wanted: 5, path: mapFile },
  { name: '1,000 different small pillars', texts: smallPillars(), pipe: 'jinja|yaml', sls: 'x', runs: 3, wanted: 5 },
  { name: `YAML alone, ${longYaml().split('\n').length} lines`, texts: [longYaml()], pipe: 'yaml', sls: 'x', runs: 15, wanted: 8 },
];

interface CommandWork {
  readonly what: string;
  readonly words: readonly string[];
  /** Folder of the configuration. */
  readonly config?: string;
  readonly runs?: number;
}

const renderer = (what: string, file: string): CommandWork => ({ what, words: ['slsutil.renderer', `salt://${file}`, `sls=${file.replace('.sls', '').replaceAll('/', '.')}`] });
const COMMANDS: readonly CommandWork[] = [
  renderer('the long SLS', 'long.sls'), { what: 'the long SLS', words: ['state.show_sls', 'long'] },
  renderer('the map file', 'web/config/file.sls'), renderer('a small pillar as a template', 'small.sls'), renderer('YAML alone', 'plain.sls'),
  // Real Salt takes half a minute.
  { what: 'pillar of 1,000 small files', words: ['pillar.items'], config: 'pillars', runs: 1 },
];

/** A machine whose pillar is all the small ones, each under keys of its own. */
function writePillars(): void {
  const folder = join(root, 'pillars');
  mkdirSync(join(folder, 'srv'), { recursive: true });
  const names = smallPillars().map((text, at) => {
    writeFileSync(join(folder, 'srv', `p${at}.sls`), text.replaceAll(/^(\w+):/gm, `$1_${at}:`));
    return `p${at}`;
  });
  writeFileSync(join(folder, 'srv', 'top.sls'), `base:\n  '*':\n${names.map((name) => `    - ${name}\n`).join('')}`);
  writeFileSync(join(folder, 'minion'), JSON.stringify({ ...options, root_dir: folder, pillar_roots: { base: [join(folder, 'srv')] } }));
}

function askSalt(): Record<string, number> {
  const done = spawnSync(join(saltVenv(), 'bin/python'), [join(repository, 'bench/render/time-salt.py')], {
    input: JSON.stringify({ config: join(root, 'minion'), work: WORK }), encoding: 'utf8', maxBuffer: 1 << 26,
  });
  assert.equal(done.status, 0, done.stderr);
  return JSON.parse(done.stdout) as Record<string, number>;
}

async function askOurs(): Promise<Record<string, number>> {
  await using local = await localRenderer(root, options);
  const times: Record<string, number> = {};
  for (const work of WORK) {
    const once = async (): Promise<void> => {
      for (const text of work.texts) await local.renderer().renderSls(text, { saltenv: 'base', sls: work.sls, renderer: work.pipe, path: work.path });
    };
    const warm = performance.now() + WARM_MS;
    while (performance.now() < warm) await once();
    const measured: number[] = [];
    for (let run = 0; run < work.runs; run += 1) {
      const began = processorMs();
      await once();
      measured.push(processorMs() - began);
    }
    times[work.name] = median(measured);
  }
  return times;
}

try {
  printHead('Rendering, both warm, processor time', RATIO_COLUMNS);
  const [theirs, ours] = [askSalt(), await askOurs()];
  for (const { name, wanted } of WORK) printRow({ what: name, unit: 'ms', tsalt: ours[name] ?? Number.NaN, salt: theirs[name] ?? Number.NaN, wanted });
  say('');
  printHead('As commands, processor time', RATIO_COLUMNS);
  for (const { what, config = '.', words, runs = COMMAND_RUNS } of COMMANDS) {
    const taken: Record<Side, Taken[]> = { tsalt: [], salt: [] };
    for (let run = 0; run < runs; run += 1) {
      for (const side of ['tsalt', 'salt'] as const) taken[side].push(wholeCommand([...program(side, 'call'), '-c', join(root, config), '--local', ...words, '--out=json']));
    }
    const of = (side: Side, which: keyof Taken): number => median(taken[side].map((one) => one[which]));
    printRow({
      what: `${what} (${words[0] ?? ''})`, unit: 's', tsalt: of('tsalt', 'cpu'), salt: of('salt', 'cpu'), wanted: 3,
      besides: `on the clock ${shown(of('tsalt', 'seconds'))} and ${shown(of('salt', 'seconds'))} s`,
    });
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
