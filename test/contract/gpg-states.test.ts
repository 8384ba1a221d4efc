/** States of keys of GnuPG hold what every state must, with the real gpg on folders of the test. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { createSys } from '../../src/kernel/sys/sys.js';
import { gatheredGrains } from '../support/gathered-grains.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { runState } from '../support/state-calls.js';
import { stateContract, type StateSystem } from './states.js';

const skip = spawnSync('gpg', ['--version']).status === 0 ? false : 'gpg is not installed';
// Short, because sockets of the agent lie in the folder.
const base = realpathSync(mkdtempSync(join(tmpdir(), 'tc-')));
const maker = join(base, 'maker');
const endAgent = (folder: string): void => { spawnSync('gpgconf', ['--homedir', folder, '--kill', 'all']); };
after(() => {
  endAgent(maker);
  rmSync(base, { recursive: true, force: true });
});

const gpg = (folder: string, ...words: string[]): string => execFileSync('gpg', ['--homedir', folder, '--batch', '--no-tty', ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** Id and files of a key: public and secret. */
function makeKey(): { keyid: string; text: string; secret: string } {
  mkdirSync(maker, { mode: 0o700 });
  const free = ['--pinentry-mode', 'loopback', '--passphrase', ''];
  gpg(maker, ...free, '--quick-gen-key', 'One <one@example.com>', 'ed25519', 'default', 'never');
  const keyid = /^pub:(?:[^:]*:){3}([^:]*):/m.exec(gpg(maker, '--with-colons', '--list-keys'))?.[1] ?? '';
  writeFileSync(join(base, 'public.asc'), gpg(maker, '--armor', '--export', keyid));
  writeFileSync(join(base, 'secret.asc'), gpg(maker, ...free, '--armor', '--export-secret-keys', keyid));
  return { keyid, text: gpg(maker, '--armor', '--export', keyid), secret: join(base, 'secret.asc') };
}
const key = skip === false ? makeKey() : { keyid: '', text: '', secret: '' };

interface Keyring extends StateSystem {
  readonly place: { gnupghome: string };
  take(name: string): void;
}

async function openKeyring(): Promise<Keyring> {
  const home = realpathSync(mkdtempSync(join(base, 'h')));
  const { grains } = await gatheredGrains({ opts: { id: 'web1' } });
  const host = await testHost({ sys: createSys(), grains: () => grains, opts: { cachedir: join(home, 'cache'), user: '' } });
  return {
    place: { gnupghome: home },
    take: (name) => void gpg(home, '--import', join(base, name)),
    run: (fun, args, options) => runState(host.session({ signal: neverAborted() }), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    picture: () => Promise.resolve(['--list-keys', '--list-secret-keys', '--export-ownertrust'].map((word) => gpg(home, '--with-colons', word).split('\n').filter((line) => !line.startsWith('tru:') && !line.startsWith('#')))),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      endAgent(home);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

stateContract<Keyring>({
  name: 'gpg', open: openKeyring, skip,
  changing: [
    { title: 'a key of a text', fun: 'gpg.present', args: ({ place }) => ({ name: key.keyid, text: key.text, ...place }), foretold: () => ({ [key.keyid]: { added: true } }) },
    { title: 'a key of a text, trusted', fun: 'gpg.present', args: ({ place }) => ({ name: key.keyid, text: key.text, trust: 'ultimately', ...place }) },
    { title: 'trust', fun: 'gpg.present', prepare: ({ take }) => { take('public.asc'); }, args: ({ place }) => ({ name: key.keyid, skip_keyserver: true, source: 'salt://none', trust: 'not_trusted', ...place }) },
    { title: 'no key', fun: 'gpg.absent', prepare: ({ take }) => { take('public.asc'); }, args: ({ place }) => ({ name: key.keyid, ...place }) },
  ],
  idle: [
    { title: 'a key that is there', fun: 'gpg.present', prepare: ({ take }) => { take('public.asc'); }, args: ({ place }) => ({ name: 'x', keys: [key.keyid], text: key.text, ...place }) },
    { title: 'a key that is not there', fun: 'gpg.absent', args: ({ place }) => ({ name: '$(id)', ...place }) },
  ],
  failing: [
    { title: 'another key in the text', fun: 'gpg.present', args: ({ place }) => ({ name: '0123456789ABCDEF', text: key.text, ...place }), comment: /^Key 0123456789ABCDEF:\n {2}\* Passed text did not contain the requested key 0123456789ABCDEF$/ },
    { title: 'no source', fun: 'gpg.present', args: ({ place }) => ({ name: key.keyid, skip_keyserver: true, ...place }), comment: /^When skipping keyservers, you must provide at least one source$/ },
    { title: 'a key with a secret part', fun: 'gpg.absent', prepare: ({ take }) => { take('secret.asc'); }, args: ({ place }) => ({ name: key.keyid, ...place }), comment: /^Secret key exists, delete first or pass delete_secret=True\.$/ },
  ],
});
