// Writes conf/master, conf/minion and the table in docs/configuration.md from the option tables.
// `--check` writes nothing and ends with 1 when a file differs.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './lib/prepare.mjs';
import { confText, optionReference } from './lib/option-text.mjs';
import { transpile } from './lib/transpile.mjs';

await transpile();
const load = (path) => import(pathToFileURL(join(root, 'build/src/kernel', path)).href);
const [{ masterOptions }, { minionOptions }, { optionGroups }, { loadYaml }, { Float }] = await Promise.all([
  load('config/master-options.data.js'), load('config/minion-options.data.js'), load('config/option-groups.data.js'),
  load('yaml/load.js'), load('std/value.js'),
]);
const tools = { groups: optionGroups, loadYaml, isFloat: (value) => value instanceof Float };

const page = 'docs/configuration.md';
const BEGIN = '<!-- options: made by scripts/make-conf.mjs -->';
const [introduction] = readFileSync(join(root, page), 'utf8').split(BEGIN);
const wanted = {
  'conf/master': confText('master', masterOptions, tools),
  'conf/minion': confText('minion', minionOptions, tools),
  [page]: `${introduction}${BEGIN}\n\n${optionReference({ master: masterOptions, minion: minionOptions }, tools)}`,
};

for (const [path, text] of Object.entries(wanted)) {
  const full = join(root, path);
  if (existsSync(full) && readFileSync(full, 'utf8') === text) continue;
  if (process.argv.includes('--check')) {
    process.stdout.write(`${path} differs from the option tables; run node scripts/make-conf.mjs\n`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    process.stdout.write(`wrote ${path}\n`);
  }
}
