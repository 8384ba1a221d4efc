/** Repositories and roots for rpm, dnf and zypper: real programs, packages made on the spot. */
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileOf, textOf, type MadePackage } from './made-package.js';

export function program(words: readonly [string, ...string[]], env: Record<string, string> = {}): string {
  const done = spawnSync(words[0], words.slice(1), { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C', ...env } });
  if (done.status !== 0) throw new Error(`${words.join(' ')} ended with ${String(done.status)}: ${done.stdout}${done.stderr}`);
  return done.stdout;
}

/** Builds `epoch:version-release` and gives the path. */
export async function makeRpm(work: string, folder: string, made: MadePackage): Promise<string> {
  const [, epoch = '0', version = '', release = ''] = /^(?:(\d+):)?([^-]+)-(.+)$/.exec(made.version) ?? [];
  const spec = join(work, `${made.name}-${version}-${release}.spec`);
  await mkdir(folder, { recursive: true });
  await writeFile(spec, `Name: ${made.name}
Version: ${version}
Release: ${release}
${epoch === '0' ? '' : `Epoch: ${epoch}\n`}Summary: Made for a test
License: MIT
Vendor: Nobody
Group: Tools
URL: http://example.com/${made.name}
BuildArch: noarch
${(made.needs ?? []).map((name) => `Requires: ${name}\n`).join('')}%description
First line.
Second line: with a colon.
%install
mkdir -p %{buildroot}/opt/made
printf '%%s' '${textOf(made)}' > %{buildroot}${fileOf(made)}
%files
%config(noreplace) ${fileOf(made)}
`);
  program(['rpmbuild', '-bb', '--quiet', '--define', `_topdir ${work}`, '--define', `_rpmdir ${folder}`, '--define', '_build_name_fmt %%{NAME}-%%{EPOCHNUM}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm', spec]);
  return join(folder, `${made.name}-${epoch}-${version}-${release}.noarch.rpm`);
}

/** (Re)writes the lists of a repository. */
export const indexRpms = (folder: string, groups?: string): string =>
  program(['createrepo_c', '-q', '--update', ...(groups === undefined ? [] : ['-g', groups]), folder]);
