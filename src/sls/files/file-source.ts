/** Where files of environments come from: a master, or folders of this host. */
import type { PlainMap, Value } from '../../kernel/std/value.js';

export interface FileSource {
  /** Where the file lies on this host, when it does. */
  ownPath?(path: string, saltenv: string): Promise<string | undefined>;
  hash(path: string, saltenv: string): Promise<{ hash_type: string; hsum: string } | undefined>;
  hashAndStat(path: string, saltenv: string): Promise<readonly [Value, Value]>;
  /** A piece from `loc`: `data` empty at the end; `dest` empty when there is no such file. */
  piece(path: string, saltenv: string, loc: number, gzip: number): Promise<{ data: Buffer; dest: string }>;
  list(kind: 'files' | 'dirs' | 'emptyDirs', saltenv: string, prefix: string): Promise<string[]>;
  symlinks(saltenv: string, prefix: string): Promise<Record<string, string>>;
  envs(): Promise<string[]>;
  masterOpts(): Promise<PlainMap>;
}
