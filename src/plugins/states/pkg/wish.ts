/** What `pkg.installed` is asked for. */
import type { PlainMap, Value } from '../../../kernel/std/value.js';

export interface Wish {
  readonly name: string;
  readonly pkgs: Value;
  readonly sources: Value;
  readonly refresh: boolean;
  readonly fromrepo: Value;
  readonly skipVerify: Value;
  readonly skipSuggestions: boolean;
  readonly allowUpdates: boolean;
  /** True, false, or a list of maps with `ignore_types` and `verify_options`. */
  readonly verify: boolean | readonly Value[];
  readonly normalize: boolean;
  readonly ignoreEpoch: Value;
  readonly reinstall: boolean;
  readonly updateHolds: Value;
  /** All that is for the package manager: `hold`, `install_recommends`, ... */
  readonly kwargs: PlainMap;
}
