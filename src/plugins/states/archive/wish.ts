/** What `archive.extracted` is asked for. */
import type { PlainMap, Value } from '../../../kernel/std/value.js';

export type Format = 'tar' | 'zip' | 'rar';

export interface Wish {
  readonly name: string;
  readonly source: Value;
  readonly sourceHash: Value;
  readonly sourceHashName: Value;
  readonly sourceHashUpdate: boolean;
  readonly skipListVerify: boolean;
  readonly skipVerify: boolean;
  readonly password: Value;
  readonly options: string | null;
  readonly listOptions: Value;
  readonly force: boolean;
  readonly overwrite: boolean;
  readonly clean: boolean;
  readonly cleanParent: boolean;
  readonly user: Value;
  readonly group: Value;
  readonly ifMissing: string | null;
  readonly trim: number | null;
  readonly useUnzip: boolean | null;
  readonly extractPerms: Value;
  readonly enforceToplevel: boolean;
  readonly enforceOn: string | null;
  readonly format: Value;
  readonly useEtag: Value;
  readonly signature: Value;
  /** Arguments of signatures by their names. */
  readonly signing: PlainMap;
  readonly keepSource: boolean;
  readonly saltenv: string;
  readonly kwargs: PlainMap;
}

/** What is in an archive, as `archive.list` tells it with `verbose`. */
export interface Contents {
  readonly dirs: readonly string[];
  readonly files: readonly string[];
  readonly links: readonly string[];
  readonly top_level_dirs: readonly string[];
  readonly top_level_files: readonly string[];
  readonly top_level_links: readonly string[];
}

/** The archive that is there to be unpacked. */
export interface Archive {
  /** As the user chose it, for comments. */
  readonly shown: string;
  readonly address: string;
  readonly isLocal: boolean;
  readonly format: Format;
  readonly path: string;
  readonly sum: PlainMap;
}

export interface Report {
  readonly name: string;
  readonly changes: PlainMap;
  readonly warnings: string[];
}

/** A comment that ends a state which failed. */
export class Refusal extends Error {
  readonly result: boolean | null;
  constructor(comment: string, result: boolean | null = false) {
    super(comment);
    this.result = result;
  }
}
