/**
 * Files, folders, links, devices: looking at them, changing them, editing what they hold.
 *
 * The craft is in `file/`: `ground`, `look`, `change`, `edit`, `manage`, over `kernel/sys/file` (paths, text, temporary files). Start at
 * the `functions.ts` of each folder.
 */
import type { Context } from '../../kernel/contract/context.js';
import { defineModule, type Fn } from '../../kernel/contract/plugin.js';
import type { Value } from '../../kernel/std/value.js';
import { CHANGING } from './file/change/functions.js';
import { EDITING } from './file/edit/functions.js';
import { asPythonError } from '../../kernel/sys/file/os-error.js';
import { LOOKING } from './file/look/functions.js';
import { MANAGING } from './file/manage/functions.js';

/** What the system refuses reaches the user in Python's words, as from Salt. */
function inPythonWords(declared: Fn): Fn {
  const run = async (args: Readonly<Record<string, unknown>>, ctx: Context): Promise<Value> => {
    try {
      return await declared.run(args, ctx);
    } catch (error) {
      throw asPythonError(error);
    }
  };
  return { ...declared, run };
}

const functions: Readonly<Record<string, Fn>> = { ...LOOKING, ...CHANGING, ...EDITING, ...MANAGING };

export default defineModule({
  name: 'file',
  quickGrains: true,
  doc: 'Manage information about regular files, folders and special files on the minion, and set or read their content.',
  functions: Object.fromEntries(Object.entries(functions).map(([name, declared]) => [name, inPythonWords(declared)])),
});
