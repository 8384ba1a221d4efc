/** A folder of packages that apt reads as a repository. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entryOf, makeDeb } from './apt-world.js';
import type { MadePackage } from './made-package.js';

/** Gives the paths of the packages. */
export async function debRepository(folder: string, packages: readonly MadePackage[]): Promise<string[]> {
  const work = await mkdtemp(join(tmpdir(), 'deb-repository-'));
  const paths: string[] = [];
  for (const one of packages) paths.push(await makeDeb(work, folder, one));
  await writeFile(join(folder, 'Packages'), (await Promise.all(paths.map(entryOf))).join(''));
  await rm(work, { recursive: true });
  return paths;
}
