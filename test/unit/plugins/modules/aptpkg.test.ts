/** Outputs of apt 2.6.1, dpkg 1.21.22 and gpg 2.2.40 on Debian 12, shortened; answers observed with Salt 3008.3. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { InvocationError } from '../../../../src/kernel/contract/errors.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { nestedText } from '../../../../src/plugins/modules/pkg/failure.js';
import { readInstalled } from '../../../../src/plugins/modules/aptpkg/installed.js';
import { readKeys } from '../../../../src/plugins/modules/aptpkg/keys.js';
import { readShown } from '../../../../src/plugins/modules/aptpkg/lookup.js';
import { readUpdate } from '../../../../src/plugins/modules/aptpkg/refresh.js';
import { readUnneeded } from '../../../../src/plugins/modules/aptpkg/remove.js';
import { readPolicy, readSimulation, readVersions } from '../../../../src/plugins/modules/aptpkg/versions.js';
import aptpkg from '../../../../src/plugins/modules/aptpkg.js';
import lowpkg from '../../../../src/plugins/modules/dpkg_lowpkg.js';
import pkgResource from '../../../../src/plugins/modules/pkg_resource.js';
import { DEBIAN_GRAINS, machine, type Machine } from './machine.js';

const INSTALLED = `install ok installed bash 5.2.15-2+b8 amd64
install ok installed libc6 2.36-9 i386
hold ok installed tar 1.34 amd64
deinstall ok config-files vim 9.0 amd64
deinstall ok installed nano 7.2 amd64
purge ok installed gone 1.0 all
install ok installed linux-image 6.1-2 amd64
install ok installed linux-image 6.1-10 amd64
hold ok not-installed wish  `;

test('readInstalled() sorts packages by what dpkg is to do with them', () => {
  assert.deepEqual(readInstalled(INSTALLED, DEBIAN_GRAINS), {
    installed: { bash: ['5.2.15-2+b8'], 'libc6:i386': ['2.36-9'], tar: ['1.34'], nano: ['7.2'], 'linux-image': ['6.1-10', '6.1-2'] },
    removed: { vim: ['9.0'] },
    purgeDesired: { gone: ['1.0'] },
  });
});

const POLICY = `tree:
  Installed: (none)
  Candidate: 2.1.0-1
  Version table:
     2.1.0-1 500
        500 http://deb.debian.org/debian bookworm/main amd64 Packages
libc6:i386:
  Installed: (none)
  Candidate: (none)
  Version table:
bash:
  Installed: 5.2.15-2+b8
  Candidate: 5.2.15-2+b13`;

test('readPolicy() gives candidates by package', () => {
  assert.deepEqual([...readPolicy(POLICY, ['tree', 'bash', 'libc6'])], [['tree', '2.1.0-1'], ['libc6:i386', ''], ['bash', '5.2.15-2+b13']]);
});

test('readVersions() reads apt-cache show and dump', () => {
  assert.deepEqual(readVersions('Package: a\nVersion: 1\n\nPackage: a\nVersion: 2\n\nPackage: b\n Version: 3-1\n     File: x'), { a: ['1', '2'], b: ['3-1'] });
});

test('readSimulation() gives what would be installed', () => {
  const text = 'Inst bash [5.2.15-2+b8] (5.2.15-2+b13 Debian:12.15/oldstable [amd64])\nConf base-files (12.4+deb12u15 Debian:12.15/oldstable [amd64])\nConf bash (5.2.15-2+b13 Debian:12.15/oldstable [amd64])';
  assert.deepEqual(readSimulation(text), { 'base-files': '12.4+deb12u15', bash: '5.2.15-2+b13' });
});

test('readUpdate() tells fetched, unchanged and failed sources', () => {
  const text = `Hit:1 http://deb.debian.org/debian bookworm InRelease
Get:2 http://deb.debian.org/debian-security bookworm-security InRelease [48.0 kB]
Ign:3 http://x.example stable InRelease
Err:4 http://x.example stable Release
Fetched 48.0 kB in 1s (50.0 kB/s)`;
  assert.deepEqual(readUpdate(text), {
    sources: {
      'http://deb.debian.org/debian bookworm InRelease': null, 'http://deb.debian.org/debian-security bookworm-security InRelease': true,
      'http://x.example stable InRelease': false, 'http://x.example stable Release': false,
    },
    failed: ['http://x.example stable Release'],
  });
});

test('readUnneeded() reads one paragraph of apt-get', () => {
  assert.deepEqual(readUnneeded('Reading state information...\nThe following packages will be REMOVED:\n  b a\n  c*\n0 upgraded\n  x'), ['a', 'b', 'c*']);
  assert.deepEqual(readUnneeded('0 upgraded'), []);
});

test('readShown() keeps first lines and takes a further line with a colon for a field', () => {
  const text = 'Package: tree\nVersion: 2.1.0-1\nDepends: libc6 (>= 2.34)\nTag: implemented-in::c,\n scope::utility\nSize: 52464\n\nPackage: tree\nVersion: 2.0\nSize: 1\n';
  assert.deepEqual(readShown(text, []), {
    tree: { '2.1.0-1': { Depends: 'libc6 (>= 2.34)', Tag: 'implemented-in::c,', scope: ':utility', Size: '52464' }, '2.0': { Size: '1' } },
  });
  assert.deepEqual(readShown(text, ['size']), { tree: { '2.1.0-1': { Size: '52464' }, '2.0': { Size: '1' } } });
});

test('readKeys() reads keys and their last subkey', () => {
  const text = `tru::1:1795260704:0:3:1:5
pub:-:4096:1:B7C5D7D6350947F8:1674301461:1926589461::-:::scSC::::::23::0:
fpr:::::::::B8B80B5B623EAB6AD8775C45B7C5D7D6350947F8:
uid:-::::1674301461::100567F0EA7B90BC2ED03949BE60B7A6CFD8619F::Debian Archive <ftpmaster@debian.org>::::::::::0:
sub:-:4096:1:6ED0E7B82643E131:1674301461:1926589461:::::s::::::23:
fpr:::::::::4CB50190207B4758A3F73A796ED0E7B82643E131:`;
  assert.deepEqual(readKeys(text), {
    B7C5D7D6350947F8: {
      algorithm: 1, bits: 4096, capability: 'scSC', date_creation: 1674301461, date_expiration: 1926589461, keyid: 'B7C5D7D6350947F8', validity: '-',
      fingerprint: 'B8B80B5B623EAB6AD8775C45B7C5D7D6350947F8', uid: 'Debian Archive <ftpmaster@debian.org>', uid_hash: '100567F0EA7B90BC2ED03949BE60B7A6CFD8619F',
      subkey: {
        algorithm: 1, bits: 4096, capability: 's', date_creation: 1674301461, date_expiration: 1926589461, keyid: '6ED0E7B82643E131', validity: '-',
        fingerprint: '4CB50190207B4758A3F73A796ED0E7B82643E131',
      },
    },
  });
});

test('nestedText() is the nested outputter without colours', () => {
  assert.equal(nestedText({ errors: ['E: one\nE: two', { a: 1 }], changes: {}, more: { x: null, y: '' } }),
    'changes:\n    ----------\nerrors:\n    - E: one\n      E: two\n    |_\n      ----------\n      a:\n          1\nmore:\n    ----------\n    x:\n        None\n    y:');
});

const done = (change: PlainMap = {}): PlainMap => ({ pid: 1, retcode: 0, stdout: '', stderr: '', ...change });

/** dpkg's order for plain numbers. */
function compare(argv: readonly string[]): number {
  const [, , left, operator, right] = argv;
  const order = Number(left) - Number(right);
  return (operator === 'lt' ? order < 0 : operator === 'gt' ? order > 0 : order === 0) ? 0 : 1;
}

interface Apt {
  readonly installed?: readonly string[];
  readonly onOffer?: string;
  readonly held?: string;
  readonly apt?: (argv: readonly string[], kwargs: PlainMap) => PlainMap;
}

/** A machine whose programs are played. `apt` commands are seen in `commands`. */
function played({ installed = [''], onOffer = '', held = '', apt = () => done() }: Apt = {}): Machine & { commands: string[] } {
  const lists = [...installed];
  const commands: string[] = [];
  let selections = held;
  const minion = machine({
    modules: [aptpkg, lowpkg, pkgResource],
    answers: {
      'config.get': ([, fallback]) => fallback ?? null, 'config.valid_fileproto': false,
      'cmd.retcode': ([argv]) => compare(argv as string[]),
      'cmd.run_stdout': ([argv]) => ((argv as string[])[0] === 'dpkg' ? selections : (lists.length > 1 ? lists.shift() : lists[0]) ?? ''),
      'cmd.run_all': ([argv], kwargs) => {
        const words = argv as string[];
        if (words[0] === 'apt-cache') return done({ stdout: onOffer });
        if (words[1] === '--set-selections') selections = String(kwargs['stdin']);
        else commands.push(words.join(' '));
        return apt(words, kwargs);
      },
    },
  });
  return Object.assign(minion, { commands });
}

const OPTIONS = 'apt-get -q -y -o DPkg::Options::=--force-confold -o DPkg::Options::=--force-confdef';
const TREE = (version: string): string => `install ok installed tree ${version} amd64`;

const INSTALLS: readonly { title: string; apt?: Apt; args?: Value[]; kwargs?: PlainMap; commands: string[]; gives: Value }[] = [
  { title: 'a name', args: ['tree'], apt: { installed: ['', TREE('1')] }, commands: [`${OPTIONS} install tree`], gives: { tree: { old: '', new: '1' } } },
  { title: 'names', args: ['a,b'], commands: [`${OPTIONS} install a b`], gives: {} },
  { title: 'a version', args: ['tree'], kwargs: { version: '2' }, commands: [`${OPTIONS} install tree=2`], gives: {} },
  { title: 'an older version', args: ['tree'], kwargs: { version: '1' }, apt: { installed: [TREE('2'), TREE('1')] }, commands: [`${OPTIONS} --force-yes install tree=1`], gives: { tree: { old: '2', new: '1' } } },
  { title: 'the version on offer that fits', kwargs: { pkgs: [{ tree: '>=2' }] }, apt: { onOffer: 'Package: tree\nVersion: 1\n\nPackage: tree\nVersion: 3' }, commands: [`${OPTIONS} install tree=3`], gives: {} },
  { title: 'again', args: ['tree'], kwargs: { reinstall: true }, apt: { installed: [TREE('2')] }, commands: [`${OPTIONS} install --reinstall tree`], gives: { tree: { old: '2', new: '2' } } },
  { title: 'from a release without recommends', args: ['tree'], kwargs: { fromrepo: 'sid', install_recommends: false, skip_verify: true, downloadonly: true }, commands: [`${OPTIONS} --no-install-recommends --allow-unauthenticated -t sid install tree --download-only`], gives: {} },
  { title: 'with new configuration', args: ['tree'], kwargs: { force_conf_new: true, only_upgrade: true }, commands: ['apt-get -q -y -o DPkg::Options::=--force-confnew --only-upgrade install tree'], gives: {} },
  { title: 'nothing', commands: [], gives: {} },
];

for (const { title, apt, args, kwargs, commands, gives } of INSTALLS) {
  test(`pkg.install installs ${title}`, async () => {
    const minion = played(apt);
    assert.deepEqual(await minion.call('pkg.install', args, kwargs), gives);
    assert.deepEqual(minion.commands, commands);
  });
}

test('pkg.install never asks and never waits for an answer', async () => {
  let seen: PlainMap = {};
  await played({ apt: (_argv, kwargs) => { seen = kwargs; return done(); } }).call('pkg.install', ['tree'], { env: { A: 'b', DEBIAN_FRONTEND: 'dialog' } });
  assert.deepEqual(seen['env'], {
    A: 'b', DEBIAN_FRONTEND: 'noninteractive', APT_LISTBUGS_FRONTEND: 'none', APT_LISTCHANGES_FRONTEND: 'none', UCF_FORCE_CONFFOLD: '1',
  });
  assert.equal(seen['python_shell'], false);
});

test('pkg.install fails with the words of apt and what had changed', async () => {
  const minion = played({ apt: () => done({ retcode: 100, stderr: 'E: Unable to locate package nosuch' }) });
  await assert.rejects(minion.call('pkg.install', ['nosuch']), {
    message: 'Problem encountered installing package(s). Additional info follows:\n\nchanges:\n    ----------\nerrors:\n    - E: Unable to locate package nosuch',
    context: { error: 'Problem encountered installing package(s)', info: { errors: ['E: Unable to locate package nosuch'], changes: {} } },
  });
});

test('pkg.install says which versions there are when none fits', async () => {
  const minion = played({ onOffer: 'Package: tree\nVersion: 1\n' });
  await assert.rejects(minion.call('pkg.install', [], { pkgs: [{ tree: '>9' }] }), /- No version matching 'tree>9' could be found \(available: 1\)$/);
  assert.deepEqual(minion.commands, []);
});

test('pkg.install releases held packages meanwhile', async () => {
  const minion = played({ held: 'tree hold\nother hold' });
  await minion.call('pkg.install', ['tree']);
  const steps = minion.calls.filter(({ fun }) => fun === 'cmd.run_all').map(({ args, kwargs }) => kwargs['stdin'] ?? (args[0] as string[])[0] ?? '');
  assert.deepEqual(steps, ['tree install', 'apt-get', 'tree hold']);
});

const REFUSED: readonly (readonly [string, Value[], PlainMap?])[] = [
  ['pkg.install', ['-oDir::Etc=/tmp']], ['pkg.install', [], { pkgs: ['--purge'] }], ['pkg.install', ['a b']], ['pkg.install', ['tree'], { fromrepo: '-o' }],
  ['pkg.remove', ['-y']], ['pkg.purge', [], { pkgs: ['-y'] }], ['pkg.hold', ['-x']], ['pkg.unhold', ['-x']], ['pkg.get_selections', ['--x']],
  ['pkg.set_selections', [], { selection: { hold: ['a install\nb'] } }], ['pkg.latest_version', ['--x']], ['pkg.show', ['--x']], ['pkg.list_repo_pkgs', ['-x']],
  ['pkg.owner', ['--x']], ['lowpkg.info', ['-x']], ['lowpkg.file_list', ['-x']], ['lowpkg.list_pkgs', ['-f=x']], ['lowpkg.unpurge', ['a\nb']],
];
for (const [fun, args, kwargs] of REFUSED) {
  test(`${fun} refuses ${JSON.stringify(kwargs ?? args)} before any program runs`, async () => {
    const minion = played();
    await assert.rejects(minion.call(fun, args, kwargs), InvocationError);
    assert.deepEqual(minion.commands, []);
  });
}

test('a lock of dpkg is waited for, a bounded number of times', { timeout: 20_000 }, async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const minion = played({ installed: [TREE('1')], apt: () => done({ retcode: 100, stderr: 'E: Could not get lock /var/lib/dpkg/lock-frontend' }) });
    let over = false;
    const ending = assert.rejects(minion.call('pkg.remove', ['tree']).finally(() => { over = true; }), /Could not get lock/);
    void ending.catch(() => undefined);
    const waits: number[] = [];
    for (let round = 0; !over && round < 500; round++) {
      await new Promise((resolve) => { setImmediate(resolve); });
      const seen = minion.log.filter(({ text }) => text.startsWith('Waiting for dpkg lock release')).length;
      if (seen > waits.length) {
        waits.push(2000 * 2 ** waits.length);
        mock.timers.tick(waits.at(-1) ?? 0);
      }
    }
    await ending;
    assert.equal(waits.length, 10);
    assert.equal(minion.commands.length, 11);
  } finally {
    mock.timers.reset();
  }
});

test('pkg.remove takes patterns and leaves alone what is not there', async () => {
  const minion = played({ installed: [`${TREE('1')}\ninstall ok installed treeline 1 all`, 'install ok installed treeline 1 all'] });
  assert.deepEqual(await minion.call('pkg.remove', [], { pkgs: ['tre?', 'tree', 'vim'] }), { tree: { old: '1', new: '' } });
  assert.deepEqual(minion.commands, ['apt-get -q -y remove tree']);
});

test('pkg.purge gives removed and installed', async () => {
  const minion = played({ installed: [`${TREE('1')}\ndeinstall ok config-files vim 9 all`, ''] });
  assert.deepEqual(await minion.call('pkg.purge', ['tree,vim']), { removed: { vim: { old: '9', new: '' } }, installed: { tree: { old: '1', new: '' } } });
  assert.deepEqual(minion.commands, ['apt-get -q -y purge tree vim']);
});

test('pkg.latest_version counts names as Salt does', async () => {
  const minion = played({ onOffer: POLICY.slice(0, POLICY.indexOf('libc6')) });
  const ask = (...names: string[]) => minion.call('pkg.latest_version', names, { refresh: false });
  assert.equal(await ask('tree'), '2.1.0-1');
  assert.deepEqual(await ask('nosuch'), { nosuch: '' });
  assert.equal(await ask('nosuch', 'tree'), '2.1.0-1');
  assert.equal(await ask(), '');
  const current = played({ onOffer: 'tree:\n  Candidate: 2', installed: [TREE('2')] });
  assert.equal(await current.call('pkg.latest_version', ['tree'], { refresh: false }), '');
  assert.equal(await current.call('pkg.latest_version', ['tree'], { refresh: false, show_installed: true }), '2');
  await assert.rejects(minion.call('pkg.latest_version', ['a'], { repo: 'x' }), { message: "The 'repo' argument is invalid, use 'fromrepo' instead" });
});

test('pkg.hold and pkg.unhold only announce in a test run', async () => {
  const answers = { 'cmd.run_stdout': 'tree install' };
  const minion = machine({ modules: [aptpkg], answers, test: true });
  assert.deepEqual(await minion.call('pkg.hold', ['tree']), { tree: { name: 'tree', changes: {}, result: null, comment: 'Package tree is set to be held.' } });
  await assert.rejects(minion.call('pkg.hold'), { message: 'One of name, pkgs, or sources must be specified.' });
  await assert.rejects(minion.call('pkg.hold', [], { pkgs: ['a'], sources: ['b'] }), { message: 'Only one of pkgs or sources can be specified.' });
});

test('pkg.set_selections refuses unknown states and both of path and selection', async () => {
  const minion = played();
  await assert.rejects(minion.call('pkg.set_selections', [], { selection: { bogus: ['tree'] } }), { message: 'Invalid state(s): bogus' });
  await assert.rejects(minion.call('pkg.set_selections', ['salt://x'], { selection: 'hold: [a]' }), /mutually exclusive/);
});

test('pkg.refresh_db fails with the words of apt, and for one source with failhard', async () => {
  await assert.rejects(played({ apt: () => done({ retcode: 100, stderr: 'E: no network' }) }).call('pkg.refresh_db'), { message: 'E: no network' });
  const half = { apt: () => done({ stdout: 'Err:1 http://x stable Release' }) };
  assert.deepEqual(await played(half).call('pkg.refresh_db'), { 'http://x stable Release': false });
  await assert.rejects(played(half).call('pkg.refresh_db', [], { failhard: true }), { message: 'Error getting repos: http://x stable Release' });
});

test('pkg.normalize_name and pkg.parse_arch split at the last colon', async () => {
  const minion = played();
  for (const [name, bare] of [['zsh:amd64', 'zsh'], ['zsh:all', 'zsh'], ['zsh:i386', 'zsh:i386'], ['zsh', 'zsh']] as const) {
    assert.equal(await minion.call('pkg.normalize_name', [name]), bare);
  }
  assert.deepEqual(await minion.call('pkg.parse_arch', ['zsh:i386']), { name: 'zsh', arch: 'i386' });
  assert.deepEqual(await minion.call('pkg.parse_arch', ['zsh']), { name: 'zsh', arch: null });
});
