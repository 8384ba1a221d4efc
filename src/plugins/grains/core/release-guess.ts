/**
 * Name, version and code name of a distribution from all release files together, for what the better sources leave open.
 *
 * Source: read and observed, Python package distro 1.9, which Salt asks; its answers of `lsb_release -a` are not used.
 */
import { parseOsRelease, parseReleaseLine, type Fields, type ReleaseLine } from './release-files.js';

export interface DistributionFiles {
  /** Text of os-release; undefined when there is none. */
  readonly osRelease: string | undefined;
  /** Text of `/etc/lsb-release`. */
  readonly lsbRelease: string | undefined;
  /** Texts of further files by path: `/etc/*-release`, `/etc/debian_version`, old ones. */
  readonly others: Readonly<Record<string, string | undefined>>;
}

/** Files that look like release files and are not. */
const IGNORED = new Set([
  'debian_version', 'lsb-release', 'oem-release', 'os-release', 'system-release', 'plesk-release', 'iredmail-release',
  'board-release', 'ec2_version',
]);
const RELEASE_FILE = /^[\p{L}\p{N}_]+[-_](?:release|version)$/u;

/** Says whether a file of `/etc` may name the distribution. */
export const isReleaseFile = (name: string): boolean => RELEASE_FILE.test(name) && !IGNORED.has(name);

const NOTHING: ReleaseLine = { name: '', version: '', codename: '' };

/** The first release file, by name, with something in its first line. */
function releaseLine({ others }: DistributionFiles): ReleaseLine {
  for (const path of Object.keys(others).sort()) {
    const name = /^\/etc\/([^/]+)$/.exec(path)?.[1];
    const line = (others[path] ?? '').split('\n')[0] ?? '';
    if (name === undefined || !isReleaseFile(name) || line === '') continue;
    return parseReleaseLine(line);
  }
  return NOTHING;
}

/** Without the defaults of the standard: what is not written is not known. */
function writtenFields({ osRelease }: DistributionFiles): Fields {
  if (osRelease === undefined) return {};
  const isWritten = (key: string): boolean => new RegExp(`^${key}=`, 'm').test(osRelease);
  return Object.fromEntries(Object.entries(parseOsRelease(osRelease)).filter(([key]) => isWritten(key)));
}

export function guessName(files: DistributionFiles): string {
  return writtenFields(files)['NAME'] || releaseLine(files).name;
}

/** The most exact of all versions told; of equally exact ones the first. */
export function guessVersion(files: DistributionFiles): string {
  const fields = writtenFields(files);
  const versions = [fields['VERSION_ID'] ?? '', releaseLine(files).version, parseReleaseLine(fields['PRETTY_NAME'] ?? '').version];
  const isDebian = fields['ID'] === 'debian' || (fields['ID_LIKE'] ?? '').split(/\s+/).includes('debian');
  if (isDebian) versions.push((files.others['/etc/debian_version'] ?? '').split('\n')[0]?.trimEnd() ?? '');
  const dots = (version: string): number => version.split('.').length;
  return versions.reduce((best, version) => (best === '' || dots(version) > dots(best) ? version : best), '');
}

export function guessCodename(files: DistributionFiles): string {
  const { VERSION_CODENAME: codename, UBUNTU_CODENAME: ubuntu, VERSION: version = '' } = writtenFields(files);
  const inVersion = /\((\D+)\)|,\s*(\D+)/.exec(version);
  return codename ?? ubuntu ?? inVersion?.[1] ?? inVersion?.[2] ?? releaseLine(files).codename;
}
