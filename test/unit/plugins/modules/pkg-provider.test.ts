/** Which module serves `pkg` and `lowpkg` on which system. */
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import { testHost } from '../../../support/module-host.js';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'providers-'));
  for (const name of ['dnf', 'rpm', 'zypper']) {
    await mkdir(join(folder, 'all'), { recursive: true });
    await writeFile(join(folder, 'all', name), '#!/bin/sh\n');
    await chmod(join(folder, 'all', name), 0o755);
  }
  await mkdir(join(folder, 'none'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** A system with these grains whose PATH is one folder. */
async function providers(grains: PlainMap, programs: 'all' | 'none', opts: PlainMap = {}): Promise<(string | undefined)[]> {
  const real = createSys();
  const path = join(folder, programs);
  const sys = { ...real, env: { PATH: path }, which: async (name: string) => ((await real.exists(join(path, name))) ? join(path, name) : undefined) };
  const { catalog } = await testHost({ grains: () => grains, opts, sys });
  return Promise.all(['pkg', 'lowpkg'].map(async (name) => (await catalog.provider('modules', name)) ?? undefined));
}

const CASES: readonly (readonly [grains: PlainMap, pkg: string | undefined, lowpkg: string | undefined])[] = [
  [{ os_family: 'Debian', os: 'Ubuntu' }, 'aptpkg', 'dpkg_lowpkg'],
  [{ os_family: 'RedHat', os: 'Rocky' }, 'yumpkg', 'rpm_lowpkg'],
  [{ os_family: 'RedHat', os: 'Fedora' }, 'yumpkg', 'rpm_lowpkg'],
  [{ os_family: 'Suse', os: 'SUSE' }, 'zypperpkg', 'rpm_lowpkg'],
  [{ os_family: 'Arch', os: 'Manjaro' }, 'pacmanpkg', undefined],
  [{ os_family: 'Alpine', os: 'Alpine' }, 'apkpkg', undefined],
  [{ os_family: 'Gentoo', os: 'Gentoo' }, undefined, undefined],
];

for (const [grains, pkg, lowpkg] of CASES) {
  test(`${String(grains['os'])}: ${pkg ?? 'nothing'}`, async () => assert.deepEqual(await providers(grains, 'all'), [pkg, lowpkg]));
}

test('without their programs the modules of rpm serve nothing', async () => {
  assert.deepEqual(await providers({ os_family: 'RedHat' }, 'none'), [undefined, undefined]);
  assert.deepEqual(await providers({ os_family: 'Suse' }, 'none'), [undefined, undefined]);
});

test('the option providers wins over grains', async () => {
  assert.deepEqual(await providers({ os_family: 'Debian' }, 'all', { providers: { pkg: 'yumpkg', lowpkg: 'rpm_lowpkg' } }), ['yumpkg', 'rpm_lowpkg']);
});
