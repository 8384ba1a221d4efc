/** Runs inside a scratch machine: a test run, a run and a second run of one command, with a picture of what lies in the layers after each. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pictureOf } from '../../support/state-host.js';
import type { Picture, Told } from './machines.js';

const [layers = '', tops = '', ...command] = process.argv.slice(2);

async function picture(): Promise<Picture> {
  const seen: Picture = {};
  for (const top of tops.split(',')) {
    for (const [path, facts] of Object.entries(await pictureOf(join(layers, top, 'upper')))) seen[path.replace(/^\./, top)] = facts;
  }
  return seen;
}

async function told(words: readonly string[]): Promise<Told> {
  const [program = '', ...args] = [...command, ...words];
  const done = spawnSync(program, args, { encoding: 'utf8', timeout: 240_000, maxBuffer: 64 * 1024 * 1024 });
  return { code: done.status, stdout: done.stdout, stderr: done.stderr, picture: await picture() };
}

const begin = await picture();
const runs = [await told(['test=True']), await told([]), await told([])];
const packages = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${Version} ${Status}\n'], { encoding: 'utf8' }).stdout;
process.stdout.write(`\nTOLD${JSON.stringify({ begin, runs, packages })}`);
