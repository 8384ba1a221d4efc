/**
 * Which Linux distribution this is: `os`, `os_family`, `osfullname`, `osrelease`, `oscodename`, `lsb_distrib_*`.
 * A pure function of the release files. Start at `distributionGrains`.
 *
 * Source: read, Salt 3008.3 `_linux_distribution_data`; the answers for the os-release files of many distributions are
 * compared with the original's by test/peer/grains.test.ts. Salt's way over the Python module `lsb_release` of the
 * system is left out: its own packages cannot see that module either.
 */
import { lsbOfOldFiles } from './old-release-files.js';
import { osOfName } from './os-name.js';
import { FAMILY_BY_OS, FINGER_BY_OS, FINGER_BY_RELEASE } from './os-names.data.js';
import { guessCodename, guessName, guessVersion, type DistributionFiles } from './release-guess.js';
import { parseCpeName, parseLsbRelease, parseOsRelease, type Fields } from './release-files.js';

export interface Distribution {
  os: string;
  os_family: string;
  oscodename: string;
  osfullname: string;
  osrelease: string;
  [lsb: `lsb_distrib_${string}`]: string;
}

type Draft = Record<string, string>;

/** `osrelease` and `oscodename` may be empty. */
export function distributionGrains(files: DistributionFiles): Distribution {
  const osRelease = files.osRelease === undefined ? undefined : parseOsRelease(files.osRelease);
  const draft: Draft = parseLsbRelease(files.lsbRelease ?? '');
  if (osRelease !== undefined) {
    draft['os'] = osOfName(osRelease['NAME'] ?? '', osRelease['ID']);
    draft['osfullname'] = (osRelease['NAME'] ?? '').trim();
  }
  if ((draft['lsb_distrib_description'] ?? '').toLowerCase().startsWith('antergos')) draft['osfullname'] = 'Antergos Linux';
  else if (draft['lsb_distrib_id'] === undefined) Object.assign(draft, osRelease === undefined ? lsbOfOldFiles(files) : lsbOfOsRelease(osRelease));
  draft['osfullname'] ??= fullName(draft, files);
  draft['osrelease'] ??= release(draft, files);
  shortenCodename(draft);
  draft['oscodename'] = codename(draft, files);
  draft['os'] ??= osOfName(draft['osfullname']);
  if (osRelease !== undefined) renameSuseProduct(draft, osRelease);
  draft['os_family'] = FAMILY_BY_OS.get(draft['os']) ?? draft['os'];
  return draft as unknown as Distribution;
}

/** `lsb_distrib_*` of a system without `/etc/lsb-release`; SUSE is told by its CPE name. */
function lsbOfOsRelease(fields: Fields): Draft {
  const { NAME: name = '', VERSION_ID: version, VERSION_CODENAME: codenameField, PRETTY_NAME: pretty = '', CPE_NAME: cpeName } = fields;
  const draft: Draft = { lsb_distrib_id: name.trim() };
  if (version !== undefined) draft['lsb_distrib_release'] = version;
  draft['lsb_distrib_codename'] = codenameField ?? pretty;
  const cpe = cpeName === undefined ? undefined : parseCpeName(cpeName);
  if (cpe !== undefined && ['suse', 'opensuse'].includes(cpe.vendor.toLowerCase())) {
    draft['os'] = 'SUSE';
    if (name === 'openSUSE Leap') draft['osfullname'] = 'Leap';
    else if (fields['VERSION'] === 'Tumbleweed') draft['osfullname'] = 'Tumbleweed';
    // SLES keeps its VERSION_ID.
    if (cpe.version !== '' && cpe.vendor === 'opensuse') draft['lsb_distrib_release'] = cpe.version;
  }
  const mendelVersion = fields['ID']?.trim() === 'mendel' ? pretty.split(/\s+/)[2] : undefined;
  if (mendelVersion !== undefined) draft['lsb_distrib_release'] = mendelVersion;
  return draft;
}

function fullName(draft: Draft, files: DistributionFiles): string {
  const lsbId = draft['lsb_distrib_id'];
  if (lsbId?.toLowerCase().startsWith('nilrt') === true) return 'nilrt';
  return (lsbId ?? unquoted(guessName(files))).trim();
}

function release(draft: Draft, files: DistributionFiles): string {
  // Their os-release has no minor number (bugs.centos.org 8359).
  if (/CentOS Linux [78]/.test(draft['lsb_distrib_codename'] ?? '')) delete draft['lsb_distrib_release'];
  return (draft['lsb_distrib_release'] ?? unquoted(guessVersion(files))).trim();
}

/** `Rocky Linux 9.3 (Blue Onyx)` becomes `Blue Onyx`. */
function shortenCodename(draft: Draft): void {
  const os = draft['os'] ?? '';
  const inside = /^[^(]*\(([^)]*)\)/.exec(draft['lsb_distrib_codename'] ?? '')?.[1];
  if (inside === undefined || !['Rocky', 'AlmaLinux', 'AstraLinuxSE'].some((name) => os.includes(name))) return;
  draft['lsb_distrib_codename'] = os === 'AstraLinuxSE' ? (inside.trim().split(/\s+/)[0] ?? '').toLowerCase() : inside;
}

function codename(draft: Draft, files: DistributionFiles): string {
  const told = (draft['lsb_distrib_codename'] ?? '').trim();
  return told === '' || told.includes('Red Hat') ? unquoted(guessCodename(files)) : told;
}

/** SL Micro 6.2 says that it is SLES 16 and adds what it really is. */
function renameSuseProduct(draft: Draft, fields: Fields): void {
  const { SUSE_SUPPORT_PRODUCT: product, SUSE_SUPPORT_PRODUCT_VERSION: version = '', SUSE_PRETTY_NAME: pretty } = fields;
  if (product === undefined) return;
  draft['oscodename'] = pretty ?? `${product} ${version}`;
  draft['osrelease'] = version;
  if (product === 'SUSE Linux Micro') draft['osfullname'] = 'SL-Micro';
}

const unquoted = (text: string): string => text.replace(/^"+|"+$/g, '').replace(/^'+|'+$/g, '');

/** Numbers of a release, and its finger. Undefined `osmajorrelease` when the release begins with no number. */
export function releaseGrains(os: string, osfullname: string, osrelease: string) {
  const info = osrelease.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  const name = FINGER_BY_OS.has(os) ? os : osfullname;
  return {
    osrelease_info: info,
    ...(typeof info[0] === 'number' ? { osmajorrelease: info[0] } : {}),
    osfinger: `${name}-${FINGER_BY_RELEASE.has(os) ? osrelease : info[0] ?? ''}`,
  };
}
