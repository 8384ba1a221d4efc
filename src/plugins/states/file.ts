/**
 * Files, folders and links as they shall be.
 *
 * The craft is in `file/`: `ground` (what all need), `presence`, `links`, `content`, `edit`, `tree`, `place`. What is done to a path is
 * done by the module `file`.
 */
import type { Context } from '../../kernel/contract/context.js';
import { defineState, type Fn } from '../../kernel/contract/plugin.js';
import type { Value } from '../../kernel/std/value.js';
import { asPythonError } from '../../kernel/sys/file/os-error.js';
import { CONTENT } from './file/content/functions.js';
import { EDITING } from './file/edit/functions.js';
import { LINKS } from './file/links/functions.js';
import { PLACES } from './file/place/functions.js';
import { EXISTENCE } from './file/presence/existence.js';
import { NODES } from './file/presence/mknod.js';
import { PRUNING } from './file/presence/pruned.js';
import { RETENTION } from './file/presence/retention.js';
import { TIDYING } from './file/presence/tidied.js';
import { TOUCHING } from './file/presence/touch.js';
import { TREES } from './file/tree/functions.js';

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

const functions: Readonly<Record<string, Fn>> = {
  ...EXISTENCE, ...TOUCHING, ...NODES, ...PRUNING, ...TIDYING, ...RETENTION, ...LINKS, ...CONTENT, ...EDITING, ...TREES, ...PLACES,
};

export default defineState({
  name: 'file',
  quickGrains: true,
  doc: 'Files, folders and links: that they are there, what they hold, who owns them.',
  functions: Object.fromEntries(Object.entries(functions).map(([name, declared]) => [name, inPythonWords(declared)])),
});
