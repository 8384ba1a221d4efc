/** The same calls on equal machines: our package modules and those of real Salt, both with the real programs, give the same answers. */
import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { PlainMap, Value } from '../../src/kernel/std/value.js';
import type { PackageMachine } from '../contract/pkg.js';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { dnfObstacle, dnfWorld } from '../support/packages/dnf-world.js';
import { pacmanObstacle, pacmanWorld } from '../support/packages/pacman-world.js';
import { askSalt, mountObstacle, type Answer, type Call } from '../support/packages/salt-in-world.js';
import { zypperObstacle, zypperWorld } from '../support/packages/zypper-world.js';

const call = (fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}): Call => [fun, args, kwargs];

async function ask(world: PackageMachine, calls: readonly Call[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const [fun, args, kwargs] of calls) {
    answers.push(await world.minion.call(fun, args, kwargs).then((value) => ({ value }), (err: unknown) => ({ error: err instanceof Error ? err.message : String(err) })));
  }
  return JSON.parse(JSON.stringify(answers)) as Answer[];
}

/** What differs between two runs of one program: folders, times, process ids, speeds. */
function comparable(answers: readonly Answer[], folder: string): unknown {
  const text = JSON.stringify(answers).replaceAll(folder, '<world>');
  return JSON.parse(text
    // Real Salt prints a set here, in the order of chance.
    .replaceAll('metalink or mirrorlist', 'mirrorlist or metalink')
    .replaceAll(/"(install_date|build_date|install_date_time_t|build_date_time_t|creation_date_time|creation_date_time_t|pid)":("[^"]*"|\d+)/g, (_whole, key: string, value: string) =>
      `"${key}":"${value.replaceAll(/\d/g, '9').replace(/^9+$/, 'number').replaceAll('"', '')}"`)
    .replaceAll(/Last metadata expiration check: [^\\]*\\n *(?=[A-Z])/g, '')
    .replaceAll(/[\d.]+ [kMG]?B(?:\/s)?[^\\]*?(?=\\n)/g, '<size>')) as unknown;
}

interface Comparison {
  readonly name: string;
  readonly skip: string | false;
  open(): Promise<PackageMachine>;
  prepare(world: PackageMachine): Promise<void>;
  readonly providers: PlainMap;
  calls(folder: string): readonly Call[];
}

const same: Comparison[] = [
  {
    name: 'yumpkg and rpm_lowpkg', skip: dnfObstacle(), open: () => dnfWorld({ plugin: true }), providers: { pkg: 'yumpkg', lowpkg: 'rpm_lowpkg' },
    async prepare(world) {
      for (const version of ['1.0-1', '1:0.9-1', '1.10-1']) await world.offer({ name: 'made-one', version });
      await world.offer({ name: 'made-two', version: '3.0-2', needs: ['made-one'] });
      await world.offer({ name: 'python3-dnf-plugin-versionlock', version: '4.3-1' });
      await world.make({ name: 'made-file', version: '2:1.5-3' });
    },
    calls: (folder) => [
      call('pkg.list_pkgs'), call('pkg.refresh_db'), call('pkg.latest_version', ['made-one', 'made-none']), call('pkg.latest_version', []),
      call('pkg.install', ['made-one'], { version: '1.0-1' }), call('pkg.install', ['made-one'], { version: '1.0-1' }), call('pkg.install', [], { pkgs: [{ 'made-one': '1.1*' }] }),
      call('pkg.install', ['made-one'], { version: '1.0-1' }), call('pkg.install', ['made-one'], { reinstall: true }),
      call('pkg.install', [], { pkgs: [{ 'made-one': '>=2:1' }] }), call('pkg.install', [], { pkgs: [{ 'made-one': '7*' }] }),
      call('pkg.install', ['made-two']), call('pkg.install', [], { sources: [{ 'made-file': `${folder}/files/made-file-2-1.5-3.noarch.rpm` }] }),
      call('pkg.list_pkgs', [], { versions_as_list: true }), call('pkg.list_pkgs', [], { attr: 'all' }), call('pkg.list_pkgs', [], { attr: 'arch,epoch' }),
      call('pkg.version', ['made-*']), call('pkg.list_upgrades'), call('pkg.upgrade_available', ['made-one']),
      call('pkg.list_repo_pkgs', ['made-one']), call('pkg.list_repo_pkgs', ['made-*'], { byrepo: true }), call('pkg.list_repo_pkgs', ['made-one'], { fromrepo: 'none' }),
      call('pkg.version_cmp', ['1:1.0', '2.0']), call('pkg.version_cmp', ['1:1.0', '2.0'], { ignore_epoch: true }), call('pkg.version_cmp', ['1.0~rc1-2', '1.0']), call('lowpkg.version_cmp', ['1.0^git1', '1.0.1']),
      call('pkg.info_installed', ['made-one']), call('pkg.info_installed', ['made-one'], { attr: 'version,description' }), call('pkg.info_installed', ['made-one'], { all_versions: true }), call('lowpkg.info', ['made-one'], { attr: 'nonsense' }), call('lowpkg.info', ['made-none']),
      call('lowpkg.bin_pkg_info', [`${folder}/files/made-file-2-1.5-3.noarch.rpm`]), call('lowpkg.bin_pkg_info', ['/nonexistent']), call('lowpkg.list_pkgs', ['made-one', 'made-none']),
      call('pkg.file_list', ['made-one']), call('pkg.file_dict', ['made-one', 'made-none']), call('pkg.owner', ['/opt/made/made-one']), call('pkg.owner', ['/opt/made/made-one', '/']),
      call('cmd.run', [`printf x > ${folder}/root/opt/made/made-one && rm ${folder}/root/opt/made/made-two`], { python_shell: true }),
      call('pkg.verify', ['made-one']), call('pkg.verify', ['made-two']), call('pkg.verify', ['made-one'], { ignore_types: 'config' }), call('pkg.verify', ['made-none']), call('pkg.modified', []), call('pkg.modified', [], { size: true, time: false }),
      call('pkg.list_holds'), call('pkg.hold'), call('pkg.install', ['python3-dnf-plugin-versionlock']), call('pkg.list_holds'), call('pkg.hold', ['made-one']), call('pkg.hold', ['made-one']), call('pkg.list_holds'), call('pkg.list_holds', [], { full: false }),
      call('pkg.install', ['made-one']), call('pkg.install', ['made-one'], { update_holds: true }), call('pkg.list_holds', [], { full: false }),
      call('pkg.unhold', ['made-one']), call('pkg.unhold', ['made-one']), call('pkg.hold'), call('pkg.hold', [], { pkgs: ['a'], sources: [{ b: 'c' }] }),
      call('pkg.upgrade'), call('pkg.upgrade', [], { refresh: false }), call('pkg.install', ['made-none']), call('pkg.remove', ['made-none']),
      call('pkg.remove', [], { pkgs: [{ 'made-two': '1' }] }), call('pkg.remove', ['made-one']), call('pkg.purge', ['made-f*']),
      call('pkg.list_repos'), call('pkg.get_repo', ['made']), call('pkg.get_repo', ['none']), call('pkg.mod_repo', ['new']), call('pkg.mod_repo', ['new'], { name: 'New' }), call('pkg.mod_repo', ['new'], { baseurl: 'a', mirrorlist: 'b' }),
      call('pkg.mod_repo', ['new'], { name: 'New one', baseurl: 'http://example.com/a', enabled: false, gpgcheck: 1, comments: ['a comment', '# another'] }), call('pkg.get_repo', ['new']),
      call('pkg.mod_repo', ['new'], { name: '' }), call('pkg.mod_repo', ['new'], { baseurl: '' }), call('pkg.mod_repo', ['new'], { mirrorlist: 'http://example.com/m', gpgcheck: '' }), call('pkg.get_repo', ['new']),
      call('cmd.run', [`cat ${folder}/root/etc/yum.repos.d/new.repo`], { python_shell: true }), call('cmd.run', [`printf '[more]\\nname=More\\nbaseurl=x\\n y\\n' >> ${folder}/root/etc/yum.repos.d/new.repo`], { python_shell: true }),
      call('pkg.list_repos'), call('pkg.del_repo', ['new']), call('cmd.run', [`cat ${folder}/root/etc/yum.repos.d/new.repo`], { python_shell: true }), call('pkg.del_repo', ['more']), call('pkg.del_repo', ['more']),
      call('pkg.normalize_name', ['zsh.x86_64']), call('pkg.normalize_name', ['zsh.i686']), call('pkg.normalize_name', ['zsh.noarch']), call('pkg.normalize_name', ['a.b']), call('pkg.parse_arch', ['zsh.i686']), call('pkg.parse_arch', ['a.b']),
      call('pkg.group_list'), call('pkg.group_info', ['none']), call('pkg.group_info', ['Made Group']), call('pkg.group_info', ['made-group']), call('pkg.group_info', ['Made Environment']), call('pkg.group_info', ['Made Environment'], { expand: true }),
      call('pkg.group_diff', ['Made Group']), call('pkg.group_install', ['none']), call('pkg.group_install', ['Made Group'], { skip: 'made-two', include: ['made-file'] }), call('pkg.group_install', ['Made Group']), call('pkg.group_install', ['Made Group']), call('pkg.group_diff', ['Made Environment']), call('pkg.group_install', [{}]), call('pkg.list_patches'), call('pkg.list_downloaded'), call('pkg.diff', ['/etc/hostname', '/nonexistent']), call('pkg.download', ['made-one']),
      call('lowpkg.checksum', [`${folder}/files/made-file-2-1.5-3.noarch.rpm`, '/nonexistent']), call('lowpkg.checksum'), call('pkg.install', ['made-one'], { fromrepo: 'none' }),
    ],
  },
  {
    name: 'zypperpkg', skip: zypperObstacle(), open: zypperWorld, providers: { pkg: 'zypperpkg', lowpkg: 'rpm_lowpkg' },
    async prepare(world) {
      for (const version of ['1.0-1', '1.10-1']) await world.offer({ name: 'made-one', version });
      await world.offer({ name: 'made-two', version: '2:3.0-2', needs: ['made-one'] });
    },
    calls: (folder) => [
      call('pkg.refresh_db'), call('pkg.refresh_db', [], { force: false }), call('pkg.list_pkgs'), call('pkg.latest_version', ['made-one', 'made-none']), call('pkg.latest_version', ['made-two']), call('pkg.latest_version'),
      call('pkg.info_available', ['made-one', 'made-none']), call('pkg.version', ['made-one']), call('pkg.install', ['made-one'], { version: '1.0*' }), call('pkg.install', ['made-one'], { version: '=>1' }),
      call('pkg.list_upgrades'), call('pkg.list_upgrades', [], { fromrepo: 'made' }), call('pkg.upgrade_available', ['made-one']), call('pkg.install', ['made-none']), call('pkg.install', ['made-two']), call('pkg.list_pkgs', [], { attr: 'all' }),
      call('pkg.list_repo_pkgs', ['made-*']), call('pkg.list_repo_pkgs', ['made-one'], { byrepo: true }), call('pkg.search', ['made'], { match: 'words' }), call('pkg.search', ['made-one'], { match: 'exact', details: true }), call('pkg.search', ['none-at-all']),
      call('pkg.hold', ['made-one']), call('pkg.hold', ['made-one']), call('pkg.list_locks'), call('pkg.list_holds'), call('pkg.list_holds', [], { full: false }), call('pkg.unhold', [], { pkgs: [{ 'made-one': '9' }] }), call('pkg.unhold', ['made-one']), call('pkg.unhold', ['made-one']),
      call('pkg.hold', [], { pkgs: [{ 'made-two': '2:3.0-2' }] }), call('pkg.list_locks'), call('pkg.unhold', [], { pkgs: ['made-two'] }), call('pkg.clean_locks'), call('pkg.hold'),
      call('pkg.list_repos'), call('pkg.get_repo', ['made']), call('pkg.get_repo', ['none']), call('pkg.mod_repo', ['made']), call('pkg.mod_repo', ['made'], { priority: 20, refresh: true, name: 'New name' }), call('pkg.mod_repo', ['new']), call('pkg.mod_repo', ['new'], { baseurl: 'nonsense' }),
      call('pkg.mod_repo', ['new'], { baseurl: 'http://127.0.0.1:1/a', gpgcheck: false }), call('pkg.mod_repo', ['again'], { baseurl: 'http://127.0.0.1:1/a' }), call('pkg.mod_repo', ['new'], { baseurl: 'http://127.0.0.1:1/b', enabled: false }), call('pkg.del_repo', ['new']), call('pkg.del_repo', ['new']),
      call('pkg.list_patterns'), call('pkg.list_installed_patterns'), call('pkg.list_patches'), call('pkg.list_products'), call('pkg.list_provides'), call('pkg.resolve_capabilities', [['made-one', { 'made-two': '1' }]], { resolve_capabilities: true }),
      call('pkg.normalize_name', ['zsh.x86_64']), call('pkg.normalize_name', ['zsh.i686']), call('pkg.parse_arch', ['zsh.i686']), call('pkg.owner', ['/opt/made/made-one']), call('pkg.file_list', ['made-one']),
      call('pkg.upgrade', [], { dryrun: true, refresh: false }), call('pkg.upgrade', ['made-one'], { refresh: false }), call('pkg.upgrade'), call('pkg.download', ['made-none']), call('pkg.list_downloaded'),
      call('pkg.remove', ['made-one'], { pkgs: [{ 'made-one': '1' }] }), call('pkg.remove', ['made-none']), call('pkg.remove', ['made-two']), call('pkg.purge', ['made-one']), call('pkg.install', [], { sources: [{ 'made-none': `${folder}/none.rpm` }] }),
    ],
  },
  {
    name: 'pacmanpkg', skip: pacmanObstacle(), open: pacmanWorld, providers: { pkg: 'pacmanpkg' },
    async prepare(world) {
      await world.offer({ name: 'made-one', version: '1.0-1' });
      await world.offer({ name: 'made-two', version: '2:3.0-2', needs: ['made-one'] });
      // Without lists pacman warns, and real Salt takes the warning for a package.
      await world.minion.call('pkg.refresh_db');
    },
    calls: (folder) => [
      call('pkg.latest_version', ['made-one']), call('pkg.install', ['made-one'], { refresh: true }), call('pkg.install', ['made-one']), call('pkg.latest_version', ['made-one', 'made-two']), call('pkg.latest_version', ['made-none']), call('pkg.latest_version'),
      call('pkg.list_pkgs'), call('pkg.list_pkgs', [], { versions_as_list: true }), call('pkg.list_pkgs', [], { removed: true }), call('pkg.list_upgrades'), call('pkg.upgrade_available', ['made-two']), call('pkg.version', ['made-*']),
      call('pkg.install', [], { pkgs: [{ 'made-two': '>2:1' }] }), call('pkg.install', [], { pkgs: [{ 'made-two': '9*' }] }), call('pkg.install', [], { pkgs: [{ 'made-two': '>9*' }] }), call('pkg.install', [], { pkgs: [{ 'made-two': '9' }] }), call('pkg.install', ['made-none']),
      call('pkg.group_list'), call('pkg.group_info', ['none']), call('pkg.list_repo_pkgs'), call('pkg.list_repo_pkgs', ['made-o*'], { byrepo: true }), call('pkg.list_repo_pkgs', [], { fromrepo: 'other' }), call('pkg.list_repo_pkgs', [], { nonsense: 1 }),
      call('pkg.file_list', ['made-one', 'made-none']), call('pkg.file_dict', ['made-one', 'made-none']), call('pkg.owner', [`${folder}/root/opt/made/made-one`]), call('pkg.owner', ['/etc/hostname']), call('pkg.owner'),
      call('pkg.upgrade'), call('pkg.remove', ['made-one']), call('pkg.remove', ['made-none']), call('pkg.purge', ['made-one']), call('pkg.install', [], { sources: [{ 'made-none': `${folder}/none.pkg.tar.gz` }] }),
    ],
  },
];

for (const { name, skip, open, prepare, providers, calls } of same) {
  test(`${name}: our answers are those of real Salt`, { skip: skip === false ? skipWithoutSalt || mountObstacle() : skip }, async () => {
    await using mine = await open();
    await using theirs = await open();
    const [ours, real] = [dirname(mine.scratch.root), dirname(theirs.scratch.root)];
    await Promise.all([mine, theirs].map(prepare));
    const { grains } = mine.minion.context;
    const [expected, answers] = await Promise.all([
      askSalt({ scratch: theirs.scratch, folder: real, grains, providers, calls: calls(real) }), ask(mine, calls(ours)),
    ]);
    const [left, right] = [comparable(answers, ours), comparable(expected, real)] as [Answer[], Answer[]];
    const asked = calls('<world>');
    const different = asked.filter((_one, at) => !isDeepStrictEqual(left[at], right[at])).map((one) => {
      const at = asked.indexOf(one);
      return `${JSON.stringify(one)}\n  ours: ${JSON.stringify(left[at])}\n  Salt: ${JSON.stringify(right[at])}`;
    });
    assert.equal(different.length, 0, different.join('\n'));
  });
}
