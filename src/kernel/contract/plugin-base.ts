/** What all plugins have: a kind and a name. */
import type { Context } from './context.js';

/** Every kind of plugin; the folder below `plugins/` has the same name. */
export type PluginKind =
  | 'modules' | 'states' | 'grains' | 'beacons' | 'executors' | 'returners' | 'renderers' | 'matchers' | 'sdb'
  | 'serializers' | 'engines' | 'runners' | 'wheel' | 'auth' | 'tokens' | 'pillar' | 'tops' | 'fileserver' | 'cache'
  | 'roster' | 'output' | 'proxy';

export interface PluginBase {
  /** File name without ending. */
  readonly name: string;
  /** Name users type, when it differs from the file: `aptpkg` serves `pkg`. */
  readonly serves?: string;
  /**
   * Grains that must fit before the file is imported at all: `{ os_family: ['Debian'] }`. Kept in the index, so that a
   * minion never loads the package managers of other systems.
   */
  readonly when?: Readonly<Record<string, readonly string[]>>;
  /** Asked once, after import: true, or a sentence that says why the module cannot work here. Reads grains, not the disk. */
  readonly virtual?: (ctx: Context) => boolean | string | Promise<boolean | string>;
}
