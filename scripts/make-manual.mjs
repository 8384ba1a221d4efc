// Writes the tables of options in docs/manual/ and the man pages in man/man1/.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { prepare, root } from './lib/prepare.mjs';
import { transpile } from './lib/transpile.mjs';

prepare();
await transpile();
const { manualFiles } = await import('../build/test/support/manual.js');
for (const [path, text] of manualFiles()) {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  process.stdout.write(`${relative(root, path)} written\n`);
}
