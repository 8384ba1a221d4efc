/** An entry of apt's lists of sources, whichever form its file has. */
export interface PackageSource {
  readonly kind: 'list' | 'sources';
  file: string;
  /** True for comments, empty lines and what apt would not read. */
  readonly invalid: boolean;
  disabled: boolean;
  /** All types as one text. */
  readonly type: string;
  readonly types: readonly string[];
  readonly uri: string;
  readonly uris: readonly string[];
  readonly dist: string;
  suites: readonly string[];
  comps: readonly string[];
  architectures: readonly string[];
  comment: string;
  /** Null when a `.sources` entry has none; empty text in a `.list` line. */
  readonly signedby: string | null;
  trusted: boolean | null;
  /** The entry as its file has it. */
  toString(): string;
}

const withoutSlash = (uri: string): string => uri.replace(/\/+$/, '');

/** Equal but for slashes at the end. */
export function sameUri(a: string, b: string): boolean {
  return withoutSlash(a) === withoutSlash(b);
}
