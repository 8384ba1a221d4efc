/** Files of users and passwords for web servers, by the program `htpasswd`, which gets the password by its input, so that nobody sees it. */
import type { Context } from '../../kernel/contract/context.js';
import { InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { splitLines } from '../../kernel/std/python-space.js';
import { str } from '../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';

interface Asked {
  readonly pwfile: string;
  readonly user: string;
  readonly runas: string | null;
}

/** A path is never an option. */
const fileWord = (path: string): string => (path.startsWith('-') ? `./${path}` : path);

function checked(user: string, opts: string): void {
  if (user === '' || user.startsWith('-') || /[:\n\0]/.test(user)) throw new InvocationError(`'${user}' is no name of a user`);
  if (!/^[A-Za-z0-9]*$/.test(opts)) throw new InvocationError(`'${opts}' are no options of htpasswd: they are letters without a dash`);
}

/** Letters that ask for the password on the command line or from the terminal are ours to choose. */
async function withPassword(mode: string, { pwfile, user, runas }: Asked, opts: string, password: string, ctx: Context): Promise<PlainMap> {
  checked(user, opts);
  if (/[\n\0]/.test(password)) throw new InvocationError('A password is one line');
  const isShown = opts.includes('n');
  const words = ['htpasswd', `-i${mode}${opts.replaceAll(/[bi]/g, '')}`, ...(isShown ? [] : [fileWord(pwfile)]), user];
  return await ctx.call('cmd.run_all', [words], { stdin: password, runas, python_shell: false, ignore_retcode: mode === 'v' }) as PlainMap;
}

async function userdel({ pwfile, user, runas }: Asked, allResults: Value, ctx: Context): Promise<Value> {
  checked(user, '');
  if (!await ctx.sys.exists(pwfile)) return 'Error: The specified htpasswd file does not exist';
  const words = ['htpasswd', '-D', fileWord(pwfile), user];
  if (allResults === true) return ctx.call('cmd.run_all', [words], { runas, python_shell: false });
  return splitLines(str(await ctx.call('cmd.run', [words], { runas, python_shell: false })));
}

const file = { pwfile: p.string(), user: p.string() };
const runas = p.string(null);
const opts = p.string('', 'letters of htpasswd: m MD5, B bcrypt, d CRYPT, s SHA, p plain, n show only');

export default defineModule({
  name: 'webutil',
  virtual: async (ctx) => ((await ctx.sys.which('htpasswd')) === undefined ? 'The htpasswd execution mdule cannot be loaded: htpasswd binary not in path.' : true),
  doc: 'Files of users and passwords for web servers.',
  functions: {
    useradd: fn({
      doc: "Add a user, or give it another password; the file is made when there is none.\n\nsalt '*' webutil.useradd /etc/httpd/htpasswd larry badpassword opts=B",
      params: { ...file, password: p.string(), opts, runas },
      async run(args, ctx) {
        const isNew = !args.opts.includes('n') && !await ctx.sys.exists(args.pwfile);
        return withPassword(isNew ? 'c' : '', args, args.opts, args.password, ctx);
      },
    }),
    userdel: fn({
      doc: "Remove a user; gives what the program says.\n\nsalt '*' webutil.userdel /etc/httpd/htpasswd larry",
      params: { ...file, runas, all_results: p.any(false, 'also exit code and errors') },
      run: (args, ctx) => userdel(args, args.all_results, ctx),
    }),
    verify: fn({
      doc: "Say whether the file has the user with this password.\n\nsalt '*' webutil.verify /etc/httpd/htpasswd larry maybepassword",
      params: { ...file, password: p.string(), opts, runas },
      async run(args, ctx) {
        if (!await ctx.sys.exists(args.pwfile)) return false;
        return (await withPassword('v', args, args.opts, args.password, ctx))['retcode'] === 0;
      },
    }),
  },
});
