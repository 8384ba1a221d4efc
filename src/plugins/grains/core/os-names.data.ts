/**
 * How Salt calls distributions and their families.
 *
 * Source: read, Salt 3008.3 `salt/grains/core.py`, the tables of names; compared with the original by test/peer/grains.test.ts.
 */

/** First ten letters of the full name, small, without blanks and without `Linux`: grain `os`. */
export const OS_BY_SHORT_NAME: Readonly<Record<string, string>> = {
  alibabaclo: 'Alinux', almalinux: 'AlmaLinux', almalinuxk: 'AlmaLinux', alt: 'ALT', amazonami: 'Amazon', antergos: 'Antergos',
  arch: 'Arch', archarm: 'Arch ARM', chapeau: 'Chapeau', cloudlinux: 'CloudLinux', cloudserve: 'CloudLinux', debian: 'Debian',
  enterprise: 'OEL', fedoraremi: 'Fedora', gentoobase: 'Gentoo', korora: 'Korora', linuxmint: 'Mint', manjaro: 'Manjaro',
  manjarolin: 'Manjaro', mendel: 'Mendel', neon: 'KDE neon', nilrt: 'NILinuxRT', oracleserv: 'OEL', photon: 'VMware Photon OS',
  pidora: 'Fedora', poky: 'Poky', pop: 'Pop', raspbian: 'Raspbian', redhatente: 'RedHat', rocky: 'Rocky',
  scientific: 'ScientificLinux', sles: 'SUSE', slesexpand: 'RES', synology: 'Synology', univention: 'Univention',
  virtuozzo: 'Virtuozzo', void: 'Void',
};

/** `ID` and `NAME` of os-release, joined by a line end: grain `os`. */
export const OS_BY_ID_AND_NAME: Readonly<Record<string, string>> = {
  'astra\nAstra Linux (Orel)': 'AstraLinuxCE',
  'astra\nAstra Linux (Smolensk)': 'AstraLinuxSE',
  'pop\nPop!_OS': 'Pop',
};

/** Grain `os_family`, and the values of `os` that belong to it besides the family's own name. */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  Arch: ['Antergos', 'Arch ARM', 'EndeavourOS', 'Manjaro', 'Manjaro ARM'],
  Bluewhite: ['Bluewhite64'],
  Debian: [
    'antiX', 'AstraLinuxCE', 'AstraLinuxSE', 'Cumulus', 'Deepin', 'Devuan', 'elementary', 'elementary OS', 'GCEL', 'IDMS',
    'Kali', 'KDE neon', 'Linaro', 'Mendel', 'Mint', 'neon', 'OSMC', 'Parrot OS', 'Pop', 'Raspbian', 'Trisquel', 'TurnKey',
    'Ubuntu', 'Univention',
  ],
  Gentoo: ['Funtoo'],
  Mandriva: ['Mandrake'],
  RedHat: [
    'Alinux', 'AlmaLinux', 'AlmaLinux Kitten', 'ALT', 'AlterOS', 'Amazon', 'CentOS', 'CentOS Stream', 'Chapeau', 'CloudLinux',
    'FedBerry', 'Fedora', 'GoOSe', 'Korora', 'OEL', 'openEuler', 'OVS', 'RED OS', 'RES', 'Rocky', 'Sangoma', 'Scientific',
    'ScientificLinux', 'Virtuozzo', 'VMware Photon OS', 'XCP', 'XCP-ng', 'XenServer',
  ],
  Slackware: ['Slamd64'],
  Suse: [
    'alfaLinux', 'alfaLinux Rise', 'openSUSE', 'openSUSE Leap', 'openSUSE Tumbleweed', 'SLED', 'SLES', 'SLES_SAP', 'SUSE',
    'SUSE  Enterprise Server', 'SUSE Enterprise Server',
  ],
  VMware: ['VMwareESX'],
};

/** Grain `os` to `os_family`; what is not here is its own family. */
export const FAMILY_BY_OS: ReadonlyMap<string, string> =
  new Map(Object.entries(FAMILIES).flatMap(([family, names]) => names.map((name): [string, string] => [name, family])));

/** Their name in `osfinger` is `os`, that of all others `osfullname`. */
export const FINGER_BY_OS: ReadonlySet<string> = new Set(['Debian', 'Raspbian', 'AlmaLinux']);
/** Their `osfinger` has the whole release, that of all others its first part. */
export const FINGER_BY_RELEASE: ReadonlySet<string> = new Set(['Ubuntu', 'Pop', 'NixOS']);
