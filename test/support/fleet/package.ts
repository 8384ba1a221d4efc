/** A Debian package that holds nothing, to be installed and removed. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './program.js';
import { skipUnlessRoot, type Site } from './site.js';

export const skipWithoutDpkg: string | false = skipUnlessRoot || (existsSync('/usr/bin/dpkg-deb') ? false : 'needs dpkg');

/** Builds it below the site's folder; gives its path. */
export async function buildPackage(site: Site, name: string, version: string): Promise<string> {
  const control = [
    `Package: ${name}`, `Version: ${version}`, 'Architecture: all', 'Maintainer: tests <tests@localhost>', 'Description: empty package of a test', '',
  ].join('\n');
  site.write(`${name}/DEBIAN/control`, control);
  const deb = join(site.dir, `${name}_${version}_all.deb`);
  mkdirSync(join(site.dir, name), { recursive: true });
  const { code, stderr } = await runCommand(['dpkg-deb', '--build', '--root-owner-group', join(site.dir, name), deb]);
  if (code !== 0) throw new Error(`dpkg-deb failed: ${stderr}`);
  return deb;
}
