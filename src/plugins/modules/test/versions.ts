/** Versions of the program, of what it is built on and of the system. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SALT_VERSION, tsaltVersion } from '../../../kernel/std/version.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';

/** Packages with native parts, which can differ from one installation to the next. */
const PACKAGES = ['koffi', 'libsql', 'oxc-transform', 'zeromq'];
const PARTS_OF_NODE = ['openssl', 'uv', 'v8', 'zlib'];

/** Section to name to version; null for what is not installed. */
export function versionsInformation(grains: Readonly<PlainMap>): Record<string, Record<string, Value>> {
  return {
    'Salt Version': { Salt: SALT_VERSION, tsalt: tsaltVersion() },
    'Node Version': { Node: process.versions.node },
    'Dependency Versions': Object.fromEntries([
      ...PARTS_OF_NODE.map((name): [string, Value] => [name, process.versions[name] ?? null]),
      ...PACKAGES.map((name): [string, Value] => [name, packageVersion(name)]),
    ]),
    'System Versions': systemVersions(grains),
  };
}

function systemVersions(grains: Readonly<PlainMap>): Record<string, Value> {
  const words = (...names: string[]): Value => names.map((name) => grains[name]).filter((part) => typeof part === 'string' && part !== '').join(' ') || null;
  return {
    system: words('kernel'),
    dist: words('osfullname', 'osrelease', 'oscodename')?.toString().toLowerCase() ?? null,
    release: words('kernelrelease'),
    machine: words('cpuarch'),
    version: words('osfullname', 'osrelease', 'oscodename'),
    locale: 'utf-8',
  };
}

/** The text form: sections, names right-aligned to the longest of all; system facts sorted. */
export function versionsReport(grains: Readonly<PlainMap>): string {
  const information = versionsInformation(grains);
  const longest = Math.max(...Object.values(information).flatMap((section) => Object.keys(section)).map((name) => name.length));
  const sections = Object.entries(information).map(([title, section]) => {
    const rows = Object.entries(section).sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
    return [`${title}:`, ...rows.map(([name, version]) => `${name.padStart(longest + 2)}: ${String(version ?? 'Not Installed')}`), ' '].join('\n');
  });
  return sections.join('\n').trimEnd();
}

function packageVersion(name: string): string | null {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name, 'package.json');
    if (existsSync(path)) return String((JSON.parse(readFileSync(path, 'utf8')) as { version?: unknown }).version);
  }
  return null;
}
