/** Keys of GnuPG: module and states beside those of real Salt, each on a folder of keys made anew. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import { skipWithoutSalt } from '../../support/fleet/salt-venv.js';
import { askOurs, askSalt, saltFolder, type Answer, type Call } from '../../support/salt-calls.js';
import { compareStates, type StateCall } from '../../support/state-calls.js';

const hasGpg = spawnSync('gpg', ['--version']).status === 0;
const skip = hasGpg ? skipWithoutSalt : 'gpg is not installed';
// Short, because sockets of the agent lie in the folder.
const base = realpathSync(mkdtempSync(join(tmpdir(), 'tg-')));
const [maker, home] = [join(base, 'maker'), join(base, 'home')];
const folder = saltFolder(base, { user: 'root' });
const at = (name: string): string => join(base, name);
const endAgent = (of: string): void => { spawnSync('gpgconf', ['--homedir', of, '--kill', 'all']); };
after(() => {
  for (const of of [maker, home]) endAgent(of);
  rmSync(base, { recursive: true, force: true });
});

const gpg = (...words: string[]): string => execFileSync('gpg', ['--homedir', maker, '--batch', '--no-tty', ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
function makeKeys(): { fingerprint: string; keyid: string }[] {
  mkdirSync(maker, { mode: 0o700 });
  const made = ['One Ümlaut <one@example.com>', 'Two (second) <two@example.com>'].map((uid, number) => {
    gpg('--pinentry-mode', 'loopback', '--passphrase', '', '--quick-gen-key', uid, 'ed25519', 'default', number === 0 ? 'never' : '2y');
    const lines = gpg('--with-colons', '--list-keys', uid).split('\n').map((line) => line.split(':'));
    const fingerprint = lines.find(([kind]) => kind === 'fpr')?.[9] ?? '';
    gpg('--pinentry-mode', 'loopback', '--passphrase', '', '--quick-add-key', fingerprint, 'cv25519', 'encr');
    writeFileSync(at(`key${number}.asc`), gpg('--armor', '--export', fingerprint));
    return { fingerprint, keyid: fingerprint.slice(-16) };
  });
  writeFileSync(at('secret.asc'), gpg('--armor', '--pinentry-mode', 'loopback', '--passphrase', '', '--export-secret-keys', made[0]?.fingerprint ?? ''));
  writeFileSync(at('both.asc'), gpg('--armor', '--export'));
  writeFileSync(at('plain.txt'), 'some text\n');
  gpg('--clearsign', '--default-key', made[1]?.fingerprint ?? '', '-o', at('signed.asc'), at('plain.txt'));
  gpg('--detach-sign', '--default-key', made[1]?.fingerprint ?? '', '-o', at('plain.sig'), at('plain.txt'));
  writeFileSync(at('bad.asc'), readFileSync(at('signed.asc'), 'utf8').replace('some text', 'other text'));
  gpg('--trust-model', 'always', '--armor', '--encrypt', '-r', made[0]?.fingerprint ?? '', '-o', at('secret.gpg'), at('plain.txt'));
  return made;
}
const [one = { fingerprint: '', keyid: '' }, two = { fingerprint: '', keyid: '' }] = skip === false ? makeKeys() : [];

/** A folder with the first key, its secret part too. */
function freshHome(): void {
  endAgent(home);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { mode: 0o700 });
  execFileSync('gpg', ['--homedir', home, '--batch', '--no-tty', '--import', at('secret.asc')], { stdio: 'ignore' });
}
const own = { gnupghome: home };
const text = (name: string): string => readFileSync(at(name), 'utf8');

/** Names come as latin-1 there: they are UTF-8, which ours are read as. */
const recoded = (answers: readonly Answer[]): unknown => JSON.parse(JSON.stringify(answers).replaceAll('Ã\u009c', 'Ü'));

test('gpg: the same answers', { skip }, async () => {
  const calls: Call[] = [
    ['gpg.list_keys', [], own], ['gpg.list_secret_keys', [], own], ['gpg.get_key', [], { keyid: one.keyid, ...own }], ['gpg.get_key', [], { keyid: one.keyid.slice(8), ...own }],
    ['gpg.get_key', [], { fingerprint: one.fingerprint, ...own }], ['gpg.get_secret_key', [], { keyid: one.keyid, ...own }], ['gpg.get_key', [], { keyid: 'none', ...own }],
    ['gpg.read_key', [], { path: at('both.asc'), ...own }], ['gpg.read_key', [], { text: text('both.asc'), keyid: two.keyid, ...own }], ['gpg.read_key', [], { path: at('none'), ...own }], ['gpg.read_key', [], own],
    ['gpg.read_key', [], { path: 'x', text: 'y', ...own }], ['gpg.import_key', [], own], ['gpg.import_key', [], { text: 'a', filename: 'b', ...own }], ['gpg.import_key', [], { filename: at('none'), ...own }],
    ['gpg.import_key', [], { text: 'no key', ...own }], ['gpg.import_key', [], { filename: at('both.asc'), select: 'ABCDEF0123456789', ...own }], ['gpg.import_key', [], { filename: at('both.asc'), select: two.keyid, ...own }],
    ['gpg.import_key', [], { text: text('both.asc'), ...own }], ['gpg.list_keys', [], own], ['gpg.export_key', [two.keyid], own], ['gpg.export_key', [two.keyid], { bare: true, ...own }], ['gpg.export_key', ['none'], own],
    ['gpg.export_key', ['none'], { bare: true, ...own }], ['gpg.export_key', [two.keyid], { output: at('exported.asc'), ...own }],
    ['gpg.verify', [], { text: text('signed.asc'), ...own }], ['gpg.verify', [], { text: text('bad.asc'), ...own }], ['gpg.verify', [], { filename: at('signed.asc'), trustmodel: 'always', ...own }],
    ['gpg.verify', [], { filename: at('plain.txt'), signature: at('plain.sig'), ...own }], ['gpg.verify', [], { text: 'nothing', ...own }], ['gpg.verify', [], own], ['gpg.verify', [], { text: 'x', trustmodel: 'none', ...own }],
    ['gpg.verify', [], { text: text('signed.asc'), signed_by_any: [one.fingerprint, two.fingerprint], ...own }], ['gpg.verify', [], { text: text('signed.asc'), signed_by_all: [one.fingerprint, two.fingerprint], ...own }],
    ['gpg.verify', [], { text: text('bad.asc'), signed_by_any: two.fingerprint, ...own }],
    ['gpg.trust_key', [], { keyid: two.keyid, trust_level: 'fully', ...own }], ['gpg.trust_key', [], { fingerprint: two.fingerprint, trust_level: 'not_trusted', ...own }], ['gpg.trust_key', [], { keyid: 'none', trust_level: 'fully', ...own }],
    ['gpg.trust_key', [], { keyid: two.keyid, trust_level: 'x', ...own }], ['gpg.trust_key', [], { trust_level: 'fully', ...own }], ['gpg.list_keys', [], own], ['gpg.verify', [], { text: text('signed.asc'), ...own }],
    ['gpg.encrypt', [], { text: 'x', recipients: 'nobody', ...own }], ['gpg.encrypt', [], { text: 'x', recipients: two.fingerprint, bare: true, ...own }], ['gpg.encrypt', [], { text: 'x', ...own }], ['gpg.encrypt', [], { recipients: 'x', ...own }],
    ['gpg.encrypt', [], { filename: at('plain.txt'), recipients: [one.keyid], always_trust: true, output: at('out.gpg'), ...own }], ['gpg.decrypt', [], { filename: at('secret.gpg'), ...own }], ['gpg.decrypt', [], { text: text('secret.gpg'), bare: true, ...own }],
    ['gpg.decrypt', [], { filename: at('secret.gpg'), output: at('out.txt'), ...own }], ['gpg.decrypt', [], { text: 'nothing', ...own }], ['gpg.decrypt', [], own], ['gpg.decrypt', [], { text: 'x', use_passphrase: true, ...own }],
    ['gpg.create_key', [], { use_passphrase: true, ...own }], ['gpg.create_key', [], { key_type: 'nonsense', ...own }], ['gpg.delete_key', [], own], ['gpg.delete_key', [], { keyid: 'a', fingerprint: 'b', ...own }], ['gpg.delete_key', [], { keyid: 'none', ...own }],
    ['gpg.delete_key', [], { keyid: one.keyid, ...own }], ['gpg.delete_key', [], { keyid: one.keyid, delete_secret: true, ...own }], ['gpg.delete_key', [], { keyid: one.keyid, delete_secret: true, use_passphrase: false, ...own }],
    ['gpg.delete_key', [], { fingerprint: two.fingerprint, ...own }], ['gpg.list_keys', [], own], ['gpg.list_keys', [], { user: 'nobody-here', gnupghome: at('new') }],
  ];
  const clear = (): void => {
    freshHome();
    for (const name of ['exported.asc', 'out.gpg', 'out.txt', 'new']) rmSync(at(name), { recursive: true, force: true });
  };
  clear();
  const theirs = askSalt(folder, calls);
  clear();
  const ours = await askOurs(folder, calls, { user: 'root' });
  const differing = calls.flatMap((call, index) => {
    const [a, b] = [JSON.stringify(recoded([ours[index] as Answer])), JSON.stringify(recoded([theirs[index] as Answer]))];
    return sorted(a) === sorted(b) ? [] : [`${JSON.stringify(call).slice(0, 200)}\n  ours ${a}\n  real ${b}`];
  });
  assert.ok(differing.length === 0, differing.join('\n'));
  assert.ok(existsSync(at('exported.asc')) && text('out.txt') === 'some text\n');
});

/** JSON with its keys in order. */
function sorted(json: string): string {
  const order = (value: unknown): unknown => (Array.isArray(value) ? value.map(order)
    : typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, order(item)])) : value);
  return JSON.stringify(order(JSON.parse(json)));
}

test('gpg: what we make is read by real Salt, and the other way round', { skip }, async () => {
  freshHome();
  const [signed, encrypted] = await askOurs(folder, [['gpg.sign', [], { text: 'hello', keyid: one.keyid, ...own }], ['gpg.encrypt', [], { text: 'hidden ü', recipients: one.keyid, always_trust: true, bare: true, ...own }]]);
  const [verified, decrypted] = askSalt(folder, [['gpg.verify', [], { text: valueOf(signed), ...own }], ['gpg.decrypt', [], { text: valueOf(encrypted), bare: true, ...own }]]);
  assert.equal((verified as { value: PlainMap }).value['res'], true);
  assert.equal(valueOf(decrypted), 'hidden ü');
});
const valueOf = (answer: Answer | undefined): string => (answer !== undefined && 'value' in answer ? answer.value as string : '');

test('gpg: the same results of states', { skip }, async () => {
  const thrice = (calls: readonly StateCall[]): StateCall[] => calls.flatMap(([fun, args]): StateCall[] => [[fun, args, 'test'], [fun, args], [fun, args]]);
  // Its third run is ours alone: real Salt sets such trust each time.
  const trusted: StateCall = ['gpg.present', { name: two.keyid, trust: 'fully', skip_keyserver: true, source: at('key1.asc'), ...own }];
  const [fun, args] = trusted;
  await compareStates(folder, [[fun, args, 'test'], trusted, ...thrice([
    ['gpg.present', { name: two.keyid, text: text('both.asc'), ...own }], ['gpg.absent', { name: two.keyid, ...own }],
    ['gpg.present', { name: 'x', keys: [two.keyid, one.keyid], skip_keyserver: true, source: [at('none.asc'), at('key0.asc'), at('key1.asc')], trust: 'ultimately', ...own }],
    ['gpg.present', { name: 'ABCDEF0123456789', skip_keyserver: true, source: at('key1.asc'), ...own }], ['gpg.present', { name: 'ABCDEF0123456789', text: text('key1.asc'), ...own }], ['gpg.present', { name: 'x', skip_keyserver: true, ...own }],
    ['gpg.present', { name: 'x', trust: 'nonsense', ...own }], ['gpg.absent', { name: one.keyid, ...own }], ['gpg.absent', { name: 'x', keys: [two.keyid, 'none'], ...own }],
    ['gpg.present', { name: two.keyid, text: text('key1.asc'), keyring: at('ring.gpg'), ...own }], ['gpg.absent', { name: two.keyid, keyring: at('ring.gpg'), keyring_absent_if_empty: true, ...own }],
  ])], { prepare: () => {
    freshHome();
    rmSync(at('ring.gpg'), { force: true });
  } });
});
