/**
 * Which masters sign their publications: once one did, what comes unsigned in its name is refused.
 *
 * Every accepted minion knows the key that opens publications, so one that turned bad and sits on the way of another could forge them.
 * Differs: real Salt's minion verifies only with `sign_pub_messages: True`.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface SigningMemory {
  /** True when a publication that this master key signed was seen. */
  isSigner(masterPem: string): boolean;
  note(masterPem: string): void;
  /** For messages: how to forget it. */
  readonly place: string;
}

/** For as long as the process lives. */
export function signingInMemory(): SigningMemory {
  const signers = new Set<string>();
  return { place: 'memory', isSigner: (pem) => signers.has(pem), note: (pem) => void signers.add(pem) };
}

/** Masters remembered in a file; the oldest are forgotten first. */
const SIGNERS_MAX = 100;

/** A line for each master key: its digest. */
export function signingFile(path: string): SigningMemory {
  let known: Set<string> | undefined;
  const signers = (): Set<string> => (known ??= new Set(linesOf(path)));
  return {
    place: path,
    isSigner: (pem) => signers().has(digest(pem)),
    note(pem) {
      const name = digest(pem);
      if (signers().has(name)) return;
      // Conversations with other masters write here, too.
      known = new Set([...linesOf(path), ...signers(), name]);
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const temporary = `${path}.${process.pid}`;
      writeFileSync(temporary, `${[...known].slice(-SIGNERS_MAX).join('\n')}\n`, { mode: 0o644 });
      renameSync(temporary, path);
    },
  };
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter((line) => line !== '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

const digest = (pem: string): string => createHash('sha256').update(pem).digest('hex');
