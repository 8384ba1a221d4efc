/** The set-up of the group `salt-key`: a store with keys in every state, and no master. A fresh one for each case. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Place extends Disposable {
  readonly root: string;
}

/** @throws Error for a set-up in words that nobody here understands */
export function makeKeyStore(fixture: string, setup: readonly string[]): Place {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'golden-key-')));
  const home = join(root, 'k1', 'root');
  for (const name of ['cache', 'run', 'log']) mkdirSync(join(home, name), { recursive: true });
  mkdirSync(join(root, 'k1', 'conf'));
  copyWritable(join(fixture, 'keys'), join(home, 'pki'));
  writeFileSync(join(root, 'k1', 'conf', 'master'), readFileSync(join(fixture, 'conf', 'key-master'), 'utf8').replaceAll('/ROOT', root));
  for (const words of setup) prepare(words, home);
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}

function prepare(words: string, home: string): void {
  if (words.startsWith('key store: ')) return;
  if (words !== 'no pending keys') throw new Error(`No idea how to set this up: ${words}`);
  for (const name of readdirSync(join(home, 'pki', 'minions_pre'))) rmSync(join(home, 'pki', 'minions_pre', name));
}

/** Recordings may lie in a folder that nobody may write to; their copies must not. */
export function copyWritable(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyWritable(source, target);
    else if (entry.isFile()) writeFileSync(target, readFileSync(source));
    else cpSync(source, target);
  }
}
