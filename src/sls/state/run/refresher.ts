/**
 * What is read anew after a state: modules, grains, pillar.
 *
 * Source: state-system, section 4; read, Salt 3008.3: without changes nothing is reloaded unless forced.
 */
import { isTruthy } from '../../../kernel/std/value.js';
import { text, type LowChunk } from '../high-data.js';
import { hasChanges, type Row } from './rows.js';

export interface RefreshActions {
  grains(): Promise<void>;
  pillar(): Promise<void>;
  modules(): Promise<void>;
}

/** Files that can be modules of users. */
const MODULE_FILE = /\.(py|pyx|pyo|pyc|so|ts|mts|js|mjs)$/;
const RELOADING = ['reload_grains', 'reload_pillar', 'force_reload_modules'];
const MAKE_MODULES_USABLE: ReadonlySet<string> = new Set(['pkg', 'ports', 'pip']);

export class Refresher {
  readonly #actions: RefreshActions;

  constructor(actions: RefreshActions) {
    this.#actions = actions;
  }

  /** Whether anything of this state asks for more than a look. */
  isWanted(low: LowChunk, row: Row): boolean {
    return hasChanges(row) || RELOADING.some((word) => low[word] !== undefined);
  }

  async after(low: LowChunk, row: Row): Promise<void> {
    const grains = isTruthy(low['reload_grains']);
    const pillar = isTruthy(low['reload_pillar']);
    if (grains) await this.#actions.grains();
    if (pillar) await this.#actions.pillar();
    const wanted = hasChanges(row) ? grains || pillar || isTruthy(low['reload_modules']) || mayBringModules(low) : isTruthy(low['force_reload_modules']);
    if (wanted) await this.#actions.modules();
  }
}

function mayBringModules(low: LowChunk): boolean {
  const [state, fun, name] = [text(low['state']), text(low['fun']), text(low['name'])];
  if (state !== 'file') return MAKE_MODULES_USABLE.has(state);
  return fun === 'recurse' || (fun === 'managed' && MODULE_FILE.test(name)) || (fun === 'symlink' && name.includes('bin'));
}
