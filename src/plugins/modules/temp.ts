/** Temporary files and folders. */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { asPythonError } from '../../kernel/sys/file/os-error.js';
import { temporaryFolder } from '../../kernel/sys/file/temporary.js';
import { isOsError } from '../../kernel/std/os-error.js';

/** Letters and number of the random part, as Python has them. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789_';
const RANDOM_LETTERS = 8;
const TRIES_MAX = 100;

interface Wish {
  readonly suffix: string;
  readonly prefix: string;
  readonly parent: string | null;
}

const randomPart = (): string => Array.from({ length: RANDOM_LETTERS }, () => LETTERS[randomInt(LETTERS.length)]).join('');

/** Makes something under a name nobody has yet; only its owner may reach it. */
async function created(wish: Wish, make: (path: string) => Promise<void>, ctx: Context): Promise<string> {
  for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
    const path = join(wish.parent ?? temporaryFolder(ctx.sys), `${wish.prefix}${randomPart()}${wish.suffix}`);
    try {
      await make(path);
      return path;
    } catch (error) {
      if (!isOsError(error, 'EEXIST')) throw asPythonError(error);
    }
  }
  throw new CommandExecutionError('No usable temporary name found');
}

const params = { suffix: p.string(''), prefix: p.string('tmp'), parent: p.string(null, 'the folder; that of the system when not given') };

export default defineModule({
  name: 'temp',
  doc: 'Makes temporary files and folders.',
  functions: {
    dir: fn({
      doc: "Make a temporary folder; gives its path.\n\nsalt '*' temp.dir prefix='mytemp-' parent='/var/run/'",
      params,
      run: (args, ctx) => created(args, async (path) => { await ctx.sys.fs.mkdir(path, { mode: 0o700 }); }, ctx),
    }),
    file: fn({
      doc: "Make an empty temporary file; gives its path.\n\nsalt '*' temp.file prefix='mytemp-' parent='/var/run/'",
      params,
      run: (args, ctx) => created(args, (path) => ctx.sys.fs.writeFile(path, '', { flag: 'wx', mode: 0o600 }), ctx),
    }),
  },
});
