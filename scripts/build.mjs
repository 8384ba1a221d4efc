// Makes dist/: the programs and plugins as bundles that share chunks, and the index of plugins.
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, root } from './lib/prepare.mjs';

/** Packages with native parts, or loaded only where configured or needed: left in node_modules. */
const EXTERNAL = ['zeromq', 'libsql', 'koffi', 'oxc-transform', 're2js'];

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

export async function build() {
  prepare();
  const { build: bundle } = await import('esbuild');
  const out = join(root, `dist.${process.pid}`);
  await bundle({
    entryPoints: entryPoints(),
    outdir: out,
    outbase: join(root, 'src'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: EXTERNAL,
    chunkNames: 'chunks/[name]-[hash]',
    keepNames: true,
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: 'linked',
    logLevel: 'warning',
    legalComments: 'none',
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  });
  const indexer = join(root, 'scripts/lib/plugin-index.mjs');
  if (existsSync(indexer)) await (await import(pathToFileURL(indexer).href)).writePluginIndex(out);
  const final = join(root, 'dist');
  const old = join(root, `dist.old.${process.pid}`);
  if (existsSync(final)) renameSync(final, old);
  renameSync(out, final);
  rmSync(old, { recursive: true, force: true });
}

if (process.argv[1] && relative(process.argv[1], join(root, 'scripts/build.mjs')) === '') await build();
