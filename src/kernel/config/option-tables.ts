/** The table of options of each program, read when it is asked for: a minion does without that of the master. */
import type { OptionTable } from './option.js';
import type { Role } from './shared-rules.js';

export async function optionsOf(role: Role): Promise<OptionTable> {
  return role === 'master' ? (await import('./master-options.data.js')).masterOptions : (await import('./minion-options.data.js')).minionOptions;
}
