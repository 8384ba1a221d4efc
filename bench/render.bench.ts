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
import { program, repository, saltVenv, timed, type Side } from './kit/hosts.js';
import { median, printHead, printRow, RATIO_COLUMNS, say } from './kit/table.js';
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

const COMMAND_RUNS = 5;
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

const mapFile = join(formulas, 'web/config/file.sls');
const WORK: readonly Work[] = [
  { name: `SLS of ${longSls().split('\n').length} lines, loops and macros`, texts: [longSls()], pipe: 'jinja|yaml', sls: 'long', runs: 15, wanted: 5 },
  { name: 'map.jinja of a formula, files by grains', texts: [readFileSync(mapFile, 'utf8')], pipe: 'jinja|yaml', sls: 'web.config.file', runs: 9, wanted: 5, path: mapFile },
  { name: '1,000 different small pillars', texts: smallPillars(), pipe: 'jinja|yaml', sls: 'x', runs: 3, wanted: 5 },
  { name: `YAML alone, ${longYaml().split('\n').length} lines`, texts: [longYaml()], pipe: 'yaml', sls: 'x', runs: 15, wanted: 8 },
];

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
  printHead('Rendering as commands', RATIO_COLUMNS);
  for (const file of ['long.sls', 'web/config/file.sls', 'plain.sls']) {
    const times: Record<Side, number[]> = { tsalt: [], salt: [] };
    for (let run = 0; run < COMMAND_RUNS; run += 1) {
      for (const side of ['tsalt', 'salt'] as const) times[side].push((await timed([...program(side, 'call'), '-c', root, '--local', 'slsutil.renderer', `salt://${file}`, `sls=${file.replace('.sls', '').replaceAll('/', '.')}`, '--out=json'])).seconds);
    }
    printRow({ what: `call --local slsutil.renderer salt://${file}`, unit: 's', tsalt: median(times.tsalt), salt: median(times.salt), wanted: 3 });
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
