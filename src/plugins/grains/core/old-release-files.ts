/** Distributions older than os-release, each by a file of its own. */
import type { DistributionFiles } from './release-guess.js';

type Draft = Record<string, string>;

/** Files that `lsbOfOldFiles` looks at. */
export const OLD_FILES = [
  '/etc/SuSE-release', '/etc/altlinux-release', '/etc/centos-release', '/etc.defaults/VERSION', '/etc.defaults/synoinfo.conf',
] as const;

/** The first of them that is there decides. Source: read, Salt 3008.3. */
export function lsbOfOldFiles({ others }: DistributionFiles): Draft {
  const [suse, alt, centos, synology, synologyInfo] = OLD_FILES.map((path) => others[path]);
  if (suse !== undefined) return ofSuse(suse);
  if (alt !== undefined) return ofAlt(alt);
  if (centos !== undefined) return ofCentos(centos);
  return synology === undefined || synologyInfo === undefined ? {} : ofSynology(synology);
}

function ofSuse(text: string): Draft {
  const draft: Draft = { lsb_distrib_id: 'SUSE', lsb_distrib_codename: '' };
  let version = '';
  let patch = '';
  for (const line of text.split('\n')) {
    const small = line.toLowerCase();
    if (small.includes('enterprise')) {
      draft['lsb_distrib_id'] = 'SLES';
      draft['lsb_distrib_codename'] = line.replace(/\(.+\)/, '').trim();
    } else if (small.includes('version')) version = line.replace(/[^0-9]/g, '');
    else if (small.includes('patchlevel')) patch = line.replace(/[^0-9]/g, '');
  }
  draft['lsb_distrib_release'] = patch === '' ? version : `${version}.${patch}`;
  const codename = draft['lsb_distrib_codename'] ?? '';
  if (codename === '') draft['lsb_distrib_codename'] = 'n.a';
  else if (patch !== '' && !codename.includes(`SP${patch}`)) draft['lsb_distrib_codename'] = `${codename} SP${patch}`;
  return draft;
}

/** `ALT Linux 7.0.5 (Sisyphus)`. */
function ofAlt(text: string): Draft {
  const draft: Draft = { lsb_distrib_id: 'altlinux' };
  for (const words of text.split('\n').map((line) => line.trim().split(/\s+/))) {
    if (words[0] !== 'ALT') continue;
    draft['lsb_distrib_release'] = words[2] ?? '';
    draft['lsb_distrib_codename'] = (words[3] ?? '').replace(/[()]/g, '');
  }
  return draft;
}

function ofCentos(text: string): Draft {
  const draft: Draft = { lsb_distrib_id: 'CentOS' };
  for (const line of text.split('\n')) {
    const release = /\d+\.\d+/.exec(line)?.[0];
    const codename = /\(([^)]*)\)/.exec(line)?.[1];
    if (release !== undefined) draft['lsb_distrib_release'] = release;
    if (codename !== undefined) draft['lsb_distrib_codename'] = codename;
  }
  return draft;
}

function ofSynology(text: string): Draft {
  const fields = new Map(text.split('\n').map((line) => line.split('=')).filter((parts) => parts.length === 2)
    .map(([key = '', value = '']): [string, string] => [key, value.replace(/^"+|"+$/g, '')]));
  const [major, minor, build] = ['majorversion', 'minorversion', 'buildnumber'].map((key) => fields.get(key));
  const draft: Draft = { osfullname: 'Synology' };
  if (major !== undefined && minor !== undefined && build !== undefined) draft['osrelease'] = `${major}.${minor}-${build}`;
  return draft;
}
