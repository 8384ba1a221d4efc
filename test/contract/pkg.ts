/** What every module that serves `pkg` must hold. Call it once for each, on a machine with nothing of `made-*` installed. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import type { PlainMap, Value } from '../../src/kernel/std/value.js';
import type { MadePackage } from '../support/packages/made-package.js';
import type { Scratch } from '../support/packages/scratch-sys.js';
import type { Machine } from '../unit/plugins/modules/machine.js';

export interface PackageMachine extends AsyncDisposable {
  readonly minion: Machine;
  /** How programs and files are those of the machine, for others who want to work on it. */
  readonly scratch: Scratch;
  /** Puts a package into the repository; gives the path of its file. */
  offer(made: MadePackage): Promise<string>;
  /** Makes a package file that no repository has. */
  make(made: MadePackage): Promise<string>;
}

export interface PackageProvider {
  readonly name: string;
  readonly skip: string | false;
  open(): Promise<PackageMachine>;
  /** An older and a newer version, in the form of this provider. */
  readonly versions: readonly [string, string];
  /** Its repositories can hold several versions, and one of them can be named. */
  readonly choosesVersion: boolean;
  /** `remove` takes patterns with `*`. */
  readonly removesPatterns: boolean;
  /** What an installation says of a package that does not exist. */
  readonly unknown: RegExp;
  /** What it says of a version that nobody offers. */
  readonly unknownVersion: RegExp;
  /** Arguments without which it refuses a file that nobody signed. */
  readonly forFiles?: PlainMap;
  /** What `pkg.upgrade_available` gives for a package nobody offers; Salt says True for apt (observed). */
  readonly unknownUpgrade?: boolean;
  /** What `pkg.version` gives for one package that is not there. */
  readonly notInstalled: Value;
}

/** Names that would mean something to a shell or to the option reader of a program. */
const HOSTILE = ['-y', '--root=/tmp', 'a b', 'a\nb'];

export function packageContract(provider: PackageProvider): void {
  const { name, skip, versions: [older, newer] } = provider;

  test(`${name}: a package is installed, upgraded and removed, each once`, { skip }, async () => {
    await using world = await provider.open();
    const { minion: { call } } = world;
    await world.offer({ name: 'made-one', version: older });
    await call('pkg.refresh_db');

    assert.deepEqual(await call('pkg.version', ['made-one']), provider.notInstalled);
    assert.equal(await call('pkg.latest_version', ['made-one'], { refresh: false }), older);
    assert.deepEqual(await call('pkg.install', ['made-one']), { 'made-one': { old: '', new: older } });
    assert.deepEqual(await call('pkg.install', ['made-one']), {});
    assert.equal(await call('pkg.latest_version', ['made-one'], { refresh: false }), '');
    assert.equal(await call('pkg.upgrade_available', ['made-one'], { refresh: false }), false);
    assert.equal((await call('pkg.list_pkgs') as PlainMap)['made-one'], older);
    assert.deepEqual((await call('pkg.list_pkgs', [], { versions_as_list: true }) as PlainMap)['made-one'], [older]);
    assert.deepEqual(await call('pkg.version', ['made-one', 'made-none']), { 'made-one': older, 'made-none': '' });

    await world.offer({ name: 'made-one', version: newer });
    assert.equal(await call('pkg.latest_version', ['made-one'], { refresh: true }), newer, 'a refresh shows what came to the repository');
    assert.equal(await call('pkg.upgrade_available', ['made-one'], { refresh: false }), true);
    assert.equal((await call('pkg.list_upgrades', [], { refresh: false }) as PlainMap)['made-one'], newer);
    assert.deepEqual(await call('pkg.upgrade', [], { refresh: false }), { 'made-one': { old: older, new: newer } });
    assert.deepEqual(await call('pkg.upgrade', [], { refresh: false }), {});

    assert.deepEqual(await call('pkg.remove', ['made-one']), { 'made-one': { old: newer, new: '' } });
    assert.deepEqual(await call('pkg.remove', ['made-one']), {});
    assert.equal((await call('pkg.list_pkgs') as PlainMap)['made-one'], undefined);
  });

  test(`${name}: several packages at once, by name, pattern and file`, { skip }, async () => {
    await using world = await provider.open();
    const { minion: { call } } = world;
    await world.offer({ name: 'made-a', version: older });
    await world.offer({ name: 'made-b', version: older, needs: ['made-a'] });
    const file = await world.make({ name: 'made-file', version: older });

    assert.deepEqual(await call('pkg.install', ['made-b'], { refresh: true }), { 'made-a': { old: '', new: older }, 'made-b': { old: '', new: older } });
    assert.deepEqual(await call('pkg.install', [], { pkgs: ['made-a', 'made-b'] }), {});
    assert.deepEqual(await call('pkg.install', [], { sources: [{ 'made-file': file }], ...provider.forFiles }), { 'made-file': { old: '', new: older } });
    assert.deepEqual(await call('pkg.purge', [], { pkgs: ['made-file'] }).then(installedPart), { 'made-file': { old: older, new: '' } });
    assert.deepEqual(await call('pkg.remove', provider.removesPatterns ? ['made-*'] : ['made-b,made-a']), { 'made-a': { old: older, new: '' }, 'made-b': { old: older, new: '' } });
  });

  if (provider.choosesVersion) test(`${name}: a version that is named is installed, also an older one`, { skip }, async () => {
    await using world = await provider.open();
    const { minion: { call } } = world;
    for (const version of [older, newer]) await world.offer({ name: 'made-one', version });
    await call('pkg.refresh_db');
    assert.deepEqual(await call('pkg.install', ['made-one'], { version: older }), { 'made-one': { old: '', new: older } });
    assert.deepEqual(await call('pkg.install', [], { pkgs: [{ 'made-one': `>${older}` }] }), { 'made-one': { old: older, new: newer } });
    assert.deepEqual(await call('pkg.install', ['made-one'], { version: newer }), {});
    await assert.rejects(async () => call('pkg.install', [], { pkgs: [{ 'made-one': '>999' }] }), provider.unknownVersion);
    const offered = (await call('pkg.list_repo_pkgs', ['made-one']) as PlainMap)['made-one'];
    assert.deepEqual((offered as string[]).toSorted(), [older, newer].toSorted());
  });

  test(`${name}: what does not exist is told and changes nothing`, { skip }, async () => {
    await using world = await provider.open();
    const { minion: { call } } = world;
    await world.offer({ name: 'made-one', version: older });
    await call('pkg.refresh_db');
    const before = await call('pkg.list_pkgs');
    await assert.rejects(async () => call('pkg.install', ['made-none']), provider.unknown);
    assert.deepEqual(await call('pkg.remove', ['made-none']), {});
    assert.equal(await call('pkg.upgrade_available', ['made-none'], { refresh: false }), provider.unknownUpgrade ?? false);
    assert.deepEqual(await call('pkg.list_pkgs', [], { removed: true }), {});
    assert.deepEqual(await call('pkg.list_pkgs'), before);
  });

  test(`${name}: names reach programs as one argument and never as options`, { skip }, async () => {
    await using world = await provider.open();
    const { minion: { call } } = world;
    await world.offer({ name: 'made-one', version: older });
    await call('pkg.refresh_db');
    for (const hostile of HOSTILE) {
      for (const fun of ['pkg.install', 'pkg.remove', 'pkg.purge', 'pkg.latest_version']) {
        await assert.rejects(async () => call(fun, fun === 'pkg.latest_version' ? [hostile] : [], fun === 'pkg.latest_version' ? {} : { pkgs: [hostile] }),
          /is not valid/, `${fun} ${hostile}`);
      }
    }
    for (const shell of ['made-one;touch /tmp/made-proof', '$(touch /tmp/made-proof)', "'`touch /tmp/made-proof`'"]) {
      await assert.rejects(async () => call('pkg.install', [], { pkgs: [shell.replaceAll(' ', '${IFS}')] }));
    }
    assert.equal(existsSync('/tmp/made-proof'), false);
    assert.deepEqual(await call('pkg.version', ['made-one']), provider.notInstalled);
  });
}

/** `purge` of some providers tells two kinds of changes apart. */
function installedPart(changes: Value): Value {
  const map = changes as PlainMap;
  return map['installed'] ?? map;
}
