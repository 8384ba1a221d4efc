// Joins a program and the plugins it may call to one file, and keeps what the engine compiles of it: `dist/linked/<name>/`.
// A sample run decides which functions are kept compiled; what it does not call is compiled when called, as always.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prepare.mjs';

const WARM_UP_MS = 60_000;
/** Kinds of plugins that only masters load. */
const OF_MASTERS = new Set(['runners', 'wheel', 'auth', 'engines', 'beacons', 'tokens']);

/** `kinds`: of plugins that are called; without it all that a minion has. */
function pluginsText(kinds) {
  const lines = [];
  for (const kind of readdirSync(join(root, 'src/plugins')).filter((one) => kinds?.includes(one) ?? !OF_MASTERS.has(one)).sort()) {
    const files = readdirSync(join(root, 'src/plugins', kind)).filter((file) => file.endsWith('.ts')).sort();
    for (const file of files) lines.push(`  ${JSON.stringify(`${kind}/${file.slice(0, -3)}`)}: () => import(${JSON.stringify(`./src/plugins/${kind}/${file}`)}),`);
  }
  return lines.join('\n');
}

/** The door for plugins of users is that of this file: their errors and values are ours. */
const entryText = (program) => `
import * as door from './src/kernel/contract/plugin-door.js';
import { linkPlugins } from './src/kernel/loader/linked-plugins.js';
import { ${program.run} } from '${program.from}';
linkPlugins({\n${pluginsText(program.kinds)}\n});
globalThis[Symbol.for('tsalt/plugin')] = door;
module.exports = ${program.run};`;

/** `program`: its name, the function that runs it, the file of that, and the kinds of plugins it calls. `common`: options of the bundler. */
export async function linkProgram(bundle, out, program, common) {
  const folder = join(out, 'linked', program.name);
  await bundle({
    ...common,
    stdin: { contents: entryText(program), resolveDir: root, loader: 'js' },
    outfile: join(folder, `${program.name}.cjs`),
    bundle: true, format: 'cjs', charset: 'ascii',
    define: { 'import.meta.url': '__tsaltUrl' },
    // As in the bundles of the daemons: naming each function again takes a tenth of the time of 1,000 states.
    keepNames: false,
    banner: { js: '(function (require, __tsaltUrl, __tsaltImport) { const module = { exports: {} };' },
    footer: { js: 'return module.exports; })' },
  });
  const file = join(folder, `${program.name}.cjs`);
  // A script may not import; what is left of that, packages and plugins of users, is imported by the module that runs it.
  writeFileSync(file, readFileSync(file, 'latin1').replaceAll(/(?<![\w$.])import\((?=[^)])/g, '__tsaltImport('), 'latin1');
}

/** Of a program that lies where it will run. */
export function warmProgram(out, { name }) {
  const folder = join(out, 'linked', name);
  const warmed = spawnSync(process.execPath, [join(root, 'scripts/lib/warm-program.mjs'), folder, name], {
    stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', timeout: WARM_UP_MS });
  if (warmed.status !== 0) throw new Error(`The sample run of ${name} failed: ${warmed.stderr}`);
}
