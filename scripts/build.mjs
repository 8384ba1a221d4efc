// Makes dist/: the programs and plugins as bundles that share chunks, and the index of plugins.
import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { linkProgram, warmProgram } from './lib/link-program.mjs';
import { prepare, root } from './lib/prepare.mjs';

/** Packages with native parts, or loaded only where configured or needed: left in node_modules. */
const EXTERNAL = ['zeromq', 'libsql', 'koffi', 'oxc-transform', 're2js', 'ldapts', 'jose', 'node-forge', 'fastify', '@fastify/websocket', '@fastify/rate-limit', '@fastify/swagger'];

const COMMON = {
  platform: 'node', target: 'node20', external: EXTERNAL, keepNames: true, minifyWhitespace: true, minifySyntax: true, logLevel: 'warning',
  legalComments: 'none',
};

function firstLevel(folder) {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(path, entry.name));
}

function entryPoints() {
  const kinds = existsSync(join(root, 'src/plugins')) ? readdirSync(join(root, 'src/plugins')) : [];
  return [
    ...firstLevel('src/cli/programs'),
    ...firstLevel('src/workers'),
    ...kinds.flatMap((kind) => firstLevel(`src/plugins/${kind}`)),
  ].map((path) => ({ in: path, out: relative(join(root, 'src'), path).replace(/\.ts$/, '') }))
    .concat({ in: join(root, 'src/kernel/contract/plugin-door.ts'), out: 'plugin' },
      { in: join(root, 'src/kernel/loader/describe.ts'), out: 'describe-plugin' });
}

/** For programs of which each start counts. */
const SHOWING = ['output', 'sdb'];
const LINKED = [
  { name: 'tsalt-call', run: 'callProgram', from: './src/cli/call/program.js' },
  { name: 'tsalt', run: 'saltProgram', from: './src/cli/salt/program.js', kinds: SHOWING },
  { name: 'tsalt-key', run: 'keyProgram', from: './src/cli/key/program.js', kinds: SHOWING },
  { name: 'tsalt-run', run: 'runnerProgram', from: './src/cli/run/program.js', kinds: SHOWING },
  { name: 'tsalt-cp', run: 'cpProgram', from: './src/cli/cp/program.js', kinds: SHOWING },
];

/** What `tsalt/plugin` stands for: in a linked program that program's own, elsewhere the modules'. */
async function writeDoor(out) {
  renameSync(join(out, 'plugin.js'), join(out, 'plugin-modules.js'));
  const names = Object.keys(await import(pathToFileURL(join(out, 'plugin-modules.js')).href)).sort();
  writeFileSync(join(out, 'plugin.js'), `import * as modules from './plugin-modules.js';
export const { ${names.join(', ')} } = globalThis[Symbol.for('tsalt/plugin')] ?? modules;
`);
}

export async function build() {
  prepare();
  const { build: bundle } = await import('esbuild');
  const out = join(root, `dist.${process.pid}`);
  await bundle({
    entryPoints: entryPoints(),
    outdir: out,
    outbase: join(root, 'src'),
    ...COMMON,
    // In small scopes names stay as they are, but for few that no error has (a test looks); naming each function again is 0.9 MB in a minion.
    keepNames: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    chunkNames: 'chunks/[name]-[hash]',
    sourcemap: 'linked',
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  });
  await writeDoor(out);
  const indexer = join(root, 'scripts/lib/plugin-index.mjs');
  if (existsSync(indexer)) await (await import(pathToFileURL(indexer).href)).writePluginIndex(out);
  for (const program of LINKED) await linkProgram(bundle, out, program, COMMON);
  const final = join(root, 'dist');
  const old = join(root, `dist.old.${process.pid}`);
  if (existsSync(final)) renameSync(final, old);
  renameSync(out, final);
  rmSync(old, { recursive: true, force: true });
  for (const program of LINKED) warmProgram(final, program);
}

if (process.argv[1] && relative(process.argv[1], join(root, 'scripts/build.mjs')) === '') await build();
