// Turns src, test and bench into build/, one file each, only what changed. Tests run from there.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './prepare.mjs';

export function sourceFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

export async function transpile() {
  const { transform } = await import('esbuild');
  const files = ['src', 'test', 'bench'].flatMap((folder) => sourceFiles(join(root, folder)));
  const wanted = new Set();
  for (const file of files) {
    const out = join(root, 'build', relative(root, file)).replace(/\.ts$/, '.js');
    wanted.add(out);
    if (existsSync(out) && statSync(out).mtimeMs > statSync(file).mtimeMs) continue;
    const { code } = await transform(readFileSync(file, 'utf8'), {
      loader: 'ts', format: 'esm', target: 'node20', sourcefile: file, sourcemap: 'inline',
    });
    mkdirSync(dirname(out), { recursive: true });
    const temporary = `${out}.${process.pid}`;
    writeFileSync(temporary, code);
    renameSync(temporary, out);
  }
  // Only what this wrote: build/ also holds the Python environment of the peer tests.
  for (const folder of ['src', 'test', 'bench'].map((name) => join(root, 'build', name)).filter((path) => existsSync(path))) {
    for (const old of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const path = join(old.parentPath, old.name);
      if (old.isFile() && path.endsWith('.js') && !wanted.has(path)) rmSync(path);
    }
  }
}
