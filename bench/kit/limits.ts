/** What the machine allows, each measured for itself in about a second. */
import { constants, generateKeyPairSync, privateDecrypt, publicEncrypt, verify, sign } from 'node:crypto';
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/kernel/sys/sqlite.js';

/** How often a second something can be done on one core. */
function perSecond(work: () => void, forMs = 500): number {
  for (let at = 0; at < 20; at += 1) work();
  const began = performance.now();
  let count = 0;
  while (performance.now() - began < forMs) {
    work();
    count += 1;
  }
  return (count / (performance.now() - began)) * 1000;
}

export interface RsaLimits {
  readonly decrypt: number;
  readonly sign: number;
  readonly verify: number;
  readonly encrypt: number;
}

/** RSA-2048 on one core. */
export function rsaLimits(): RsaLimits {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
  const plain = Buffer.alloc(76, 1);
  const block = publicEncrypt({ key: publicKey, ...oaep }, plain);
  const signature = sign('sha1', plain, privateKey);
  return {
    decrypt: perSecond(() => void privateDecrypt({ key: privateKey, ...oaep }, block)),
    sign: perSecond(() => void sign('sha1', plain, privateKey)),
    verify: perSecond(() => void verify('sha1', plain, publicKey, signature)),
    encrypt: perSecond(() => void publicEncrypt({ key: publicKey, ...oaep }, plain)),
  };
}

export interface DiskLimits {
  /** Synced writes of one file. */
  readonly sync: number;
  /** Durable rows a second, by rows in a transaction. */
  readonly rows: Readonly<Record<1 | 50 | 1000, number>>;
}

export function diskLimits(): DiskLimits {
  const folder = mkdtempSync(join(tmpdir(), 'tsl'));
  try {
    const file = openSync(join(folder, 'file'), 'w');
    const page = Buffer.alloc(4096);
    const sync = perSecond(() => {
      writeSync(file, page, 0, page.length, 0);
      fsyncSync(file);
    });
    closeSync(file);
    const db = openDatabase(join(folder, 'rows.db'));
    db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE returns (jid TEXT, id TEXT, load BLOB, PRIMARY KEY (jid, id)) WITHOUT ROWID');
    const insert = db.prepare('INSERT INTO returns VALUES (?,?,?)');
    let number = 0;
    const load = Buffer.alloc(250);
    const rows = (many: number): number => many * perSecond(() => {
      db.exec('BEGIN IMMEDIATE');
      for (let at = 0; at < many; at += 1) insert.run('20260101000000000000', `minion${number += 1}`, load);
      db.exec('COMMIT');
    });
    const measured = { 1: rows(1), 50: rows(50), 1000: rows(1000) };
    db.close();
    return { sync, rows: measured };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
