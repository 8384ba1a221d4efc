/**
 * Users in files of passwords for web servers. Source: read, Salt 3006 (3008 has the module without the state).
 *
 * Differs: a name is looked for as it is, not as a pattern, and a file that is not there has no users.
 */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap } from '../../kernel/std/value.js';
import { guarded } from './outcome/step.js';

async function isListed(name: string, file: string, ctx: Context): Promise<boolean> {
  return (await ctx.sys.readText(file) ?? '').split('\n').some((line) => line.startsWith(`${name}:`));
}

/** What the program said of it. */
function outcome(name: string, answer: PlainMap): PlainMap {
  const words = str(answer['stderr'] ?? '');
  return answer['retcode'] === 0 ? done(name, words, { [name]: true }) : failed(name, words);
}

interface Wish {
  readonly name: string;
  readonly password: string | null;
  readonly file: string | null;
  readonly opts: string;
  readonly runas: string | null;
  readonly force: boolean;
  readonly update: boolean;
}

async function userExists({ name, password, file, opts, runas, force, update }: Wish, ctx: Context): Promise<PlainMap> {
  if (file === null) return failed(name, 'htpasswd_file is needed');
  if (password === null) return failed(name, 'password is needed');
  const exists = await isListed(name, file, ctx);
  const isOther = exists && update && !force && !isTruthy(await ctx.call('webutil.verify', [file, name, password], { opts, runas }));
  if (exists && !isOther && !force) return done(name, 'User already known');
  if (ctx.test) return wouldChange(name, `User '${name}' is set to be added to htpasswd file`, { [name]: true });
  return outcome(name, await ctx.call('webutil.useradd', [file, name, password], { opts, runas }) as PlainMap);
}

async function userAbsent(name: string, file: string | null, runas: string | null, ctx: Context): Promise<PlainMap> {
  if (file === null) return failed(name, 'htpasswd_file is needed');
  if (!await isListed(name, file, ctx)) return done(name, 'User already not in file');
  if (ctx.test) return wouldChange(name, `User '${name}' is set to be removed from htpasswd file`, { [name]: true });
  return outcome(name, await ctx.call('webutil.userdel', [file, name], { runas, all_results: true }) as PlainMap);
}

const runas = p.string(null);

export default defineState({
  name: 'webutil',
  virtual: async (ctx) => ((await ctx.sys.which('htpasswd')) === undefined ? 'Command not found: htpasswd' : true),
  doc: 'Users in files of passwords for web servers.',
  functions: {
    user_exists: fn({
      doc: 'Make sure that a file has a user; with update=True also that this is the password, with force=True it is written each time.',
      params: {
        name: p.string(), password: p.string(null), htpasswd_file: p.string(null), options: p.string(''), force: p.any(false), runas, update: p.any(false),
      },
      run: ({ htpasswd_file: file, options, force, update, ...rest }, ctx) =>
        guarded(rest.name, () => userExists({ ...rest, file, opts: options, force: isTruthy(force), update: isTruthy(update) }, ctx)),
    }),
    user_absent: fn({
      doc: 'Make sure that a file does not have a user.',
      params: { name: p.string(), htpasswd_file: p.string(null), runas },
      run: ({ name, htpasswd_file: file, runas: user }, ctx) => guarded(name, () => userAbsent(name, file, user, ctx)),
    }),
  },
});
