/** What dpkg knows about installed packages: the records of `dpkg-query` and `dpkg --info`. */
import type { PlainMap } from '../../../kernel/std/value.js';

const FIELDS: readonly (readonly [string, string])[] = [
  ['package', '${Package}'], ['revision', '${binary:Revision}'], ['architecture', '${Architecture}'], ['maintainer', '${Maintainer}'],
  ['summary', '${Summary}'], ['source', '${source:Package}'], ['version', '${Version}'], ['section', '${Section}'],
  ['installed_size', '${Installed-size}'], ['size', '${Size}'], ['MD5', '${MD5sum}'], ['SHA1', '${SHA1}'], ['SHA256', '${SHA256}'],
  ['origin', '${Origin}'], ['homepage', '${Homepage}'], ['status', '${db:Status-Abbrev}'], ['install_date', '${db-fsys:Last-Modified}'],
];
/** No description of a package has this line. */
const RECORD_END = '*/~^\\*';

/** For `dpkg-query -W -f`: one record a package, the description last. */
export const RECORD_FORMAT =
  `${FIELDS.map(([name, value]) => `${name}:${value}`).join('\\n')}\\ndescription:\${Description}\\n\\n${RECORD_END.replace('\\', '\\\\')}\\n`;

/** Not part of the answer (observed, Salt 3008.3). */
const LEFT_OUT = new Set([
  'installed_size', 'depends', 'recommends', 'provides', 'replaces', 'conflicts', 'bugs', 'description-md5', 'task',
]);

/** The packages in the output of `dpkg-query` with `RECORD_FORMAT`; empty fields are left out. */
export function readRecords(output: string): PlainMap[] {
  return output.split(`\n${RECORD_END}`).filter((record) => record.trim() !== '').map((record) => {
    const at = record.indexOf('\ndescription:');
    const facts: PlainMap = {};
    for (const line of record.slice(0, at).split('\n')) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).trim();
      const text = line.slice(colon + 1).trimEnd();
      const value = name === 'install_date' ? isoDate(text) : text;
      if (colon > 0 && value !== '' && !LEFT_OUT.has(name)) facts[name] = value;
    }
    facts['description'] = record.slice(at + '\ndescription:'.length);
    return facts;
  });
}

function isoDate(seconds: string): string {
  if (!/^\d+$/.test(seconds)) return '';
  return new Date(Number(seconds) * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Licences named in a machine-readable copyright file, or empty text. */
export function readLicenses(copyright: string): string {
  const licenses = copyright.split('\n').filter((line) => line.startsWith('License:')).map((line) => line.slice('License:'.length).trim());
  return [...new Set(licenses)].toSorted().join(', ');
}

/** Records of `dpkg-query --print-avail`, by package; field names in small letters. */
export function readAvailable(output: string): Map<string, PlainMap> {
  const packages = new Map<string, PlainMap>();
  for (const paragraph of output.split(/^(?=Package:)/m)) {
    const facts: PlainMap = {};
    for (const line of paragraph.split('\n')) {
      const at = line.indexOf(': ');
      if (at > 0 && line.slice(at + 2).trim() !== '') facts[line.slice(0, at).toLowerCase()] = line.slice(at + 2);
    }
    const name = facts['package'];
    if (typeof name === 'string') packages.set(name, facts);
  }
  return packages;
}

/** What a record of `print-avail` adds to that of an installed package. */
export function withAvailable(facts: PlainMap, available: PlainMap | undefined): PlainMap {
  const added = Object.entries(available ?? {}).filter(([name]) => !Object.hasOwn(facts, name) && !LEFT_OUT.has(name));
  return { ...facts, ...Object.fromEntries(added) };
}

/** Name, version and architecture in the output of `dpkg --info`. */
export function readDebInfo(output: string): PlainMap {
  const facts: PlainMap = {};
  for (const line of output.split('\n')) {
    const match = /^\s*(Package|Version|Architecture) *:\s*(?:.*\s)?(\S+)\s*$/.exec(line);
    if (match?.[1] === 'Package') facts['name'] = match[2] ?? '';
    if (match?.[1] === 'Version') facts['version'] = match[2] ?? '';
    if (match?.[1] === 'Architecture') facts['arch'] = match[2] ?? '';
  }
  return facts;
}

/** A package of another architecture carries it in its name: `libc6:i386`. */
export function nameWithArch(name: string, arch: string, grains: Readonly<PlainMap>): string {
  const foreign = grains['cpuarch'] === 'x86_64' && grains['osarch'] === 'amd64' && arch !== 'all' && arch !== 'amd64';
  return foreign ? `${name}:${arch}` : name;
}
