/** One line about a package, as rpm is asked to write it. */
import type { PlainMap } from '../../../kernel/std/value.js';
import type { Detailed } from '../pkg/memory.js';
import { nameWithArch } from './architecture.js';

const SEPARATOR = '_|-';

/** For `--queryformat`; rpm knows no repository. */
export function queryFormat(repository: string): string {
  return ['%{NAME}', '%{EPOCH}', '%{VERSION}', '%{RELEASE}', '%{ARCH}', repository, '%{INSTALLTIME}'].join(SEPARATOR);
}

export interface PackageLine {
  readonly name: string;
  /** `epoch:version-release`; no epoch when it is 0. */
  readonly version: string;
  readonly arch: string;
  readonly repoid: string;
  readonly install_date: string | null;
  readonly install_date_time_t: number | null;
}

const isNothing = (text: string): boolean => text === '(none)' || text === '0';

/** Undefined for what is no such line. */
export function readPackageLine(line: string, osarch: string): PackageLine | undefined {
  const parts = line.split(SEPARATOR);
  const [name, epoch, version, release, arch, repoid, installTime] = parts;
  if (parts.length !== 7 || name === undefined || epoch === undefined || version === undefined || release === undefined
    || arch === undefined || repoid === undefined || installTime === undefined) return undefined;
  const seconds = isNothing(installTime) ? null : Number(installTime);
  return {
    name: nameWithArch(name, arch, osarch), arch, repoid,
    version: `${isNothing(epoch) ? '' : `${epoch}:`}${version}${release === '' ? '' : `-${release}`}`,
    install_date: seconds === null ? null : isoWithZone(seconds), install_date_time_t: seconds,
  };
}

/** Salt writes the zone twice (observed). */
const isoWithZone = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, '+00:00Z');

/** Lines of `rpm -qa`, by package; versions in order of their texts. */
export function readPackageLines(output: string, osarch: string): Detailed {
  const found: Detailed = {};
  for (const line of output.split('\n')) {
    const one = readPackageLine(line, osarch);
    if (one !== undefined) (found[one.name] ??= []).push(details(one));
  }
  const versionOf = (item: PlainMap): string => String(item['version']);
  for (const name of Object.keys(found)) {
    found[name] = (found[name] ?? []).toSorted((a, b) => (versionOf(a) < versionOf(b) ? -1 : versionOf(a) > versionOf(b) ? 1 : 0));
  }
  return found;
}

function details({ version, arch, install_date, install_date_time_t }: PackageLine): PlainMap {
  const colon = version.indexOf(':');
  const bare = version.slice(colon + 1);
  const dash = bare.indexOf('-');
  return {
    epoch: colon < 0 ? null : version.slice(0, colon), version: dash < 0 ? bare : bare.slice(0, dash),
    release: dash < 0 ? null : bare.slice(dash + 1), arch, install_date, install_date_time_t,
  };
}
