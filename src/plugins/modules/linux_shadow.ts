/** Passwords of users and how long they are valid. */
import type { Context } from '../../kernel/contract/context.js';
import { InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { equalValues, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { accountName } from './lookup/account-files.js';
import { hashPassword } from './shadow/hash.js';
import { NO_ENTRY, shadowInfo, shadowNames, storeHash } from './shadow/file.js';

/** Salt's `is_true` of a switch. */
const isTrue = (value: Value): boolean => (typeof value === 'string' ? value.toLowerCase() === 'true' || Number(value) > 0 : isTruthy(value));
const below = (root: string | null): string[] => (root === null ? [] : ['-R', root]);

interface Age {
  readonly name: string;
  readonly root: string | null;
  readonly key: string;
  readonly value: Value;
  readonly option: string;
  /** The program understands more than the file shows, such as dates: its own answer counts. */
  readonly trusted?: boolean;
}

async function setAge({ name, root, key, value, option, trusted = false }: Age, ctx: Context): Promise<boolean> {
  const before = await shadowInfo(name, root, ctx);
  if (before['name'] === '') return false;
  if (equalValues(before[key], value)) return true;
  const argv = ['chage', ...below(root), option, str(value), accountName(name)];
  const done = await ctx.call('cmd.retcode', [argv], { python_shell: false });
  return trusted ? done === 0 : equalValues((await shadowInfo(name, root, ctx))[key], value);
}

async function deletePassword(name: string, root: string | null, ctx: Context): Promise<boolean> {
  await ctx.call('cmd.run', [['passwd', ...below(root), '-d', accountName(name)]], { python_shell: false, output_loglevel: 'quiet' });
  const after = await shadowInfo(name, root, ctx);
  return after['passwd'] === '' && after['name'] === name;
}

const isLocked = (info: PlainMap): boolean => str(info['passwd'] ?? '').startsWith('!');

async function lock(name: string, wanted: boolean, root: string | null, ctx: Context): Promise<boolean> {
  const before = await shadowInfo(name, root, ctx);
  if (before['name'] === '') return false;
  if (isLocked(before) === wanted) return true;
  await ctx.call('cmd.run', [['passwd', ...below(root), wanted ? '-l' : '-u', accountName(name)]], { python_shell: false });
  return isLocked(await shadowInfo(name, root, ctx)) === wanted;
}

/** The hash goes to the program by its input: arguments can be seen by all users. */
async function passToProgram(name: string, hash: string, root: string | null, ctx: Context): Promise<void> {
  const done = await ctx.sys.run(['chpasswd', ...below(root), '-e'], { stdin: `${name}:${hash}\n`, signal: ctx.signal });
  if (done.code !== 0) ctx.log.warn({ name, code: done.code }, 'chpasswd failed');
}

async function setPassword(name: string, hash: string, byProgram: boolean, root: string | null, ctx: Context): Promise<boolean | PlainMap> {
  if (/[:\n\0]/.test(hash)) throw new InvocationError('A password hash cannot hold colons or line ends');
  if ((await ctx.call('cmd.retcode', [['id', accountName(name)]], { ignore_retcode: true, python_shell: false })) !== 0) {
    ctx.log.warn({ name }, `user ${name} does not exist, cannot set password`);
    return false;
  }
  if (byProgram) await passToProgram(name, hash, root, ctx);
  else if (!(await storeHash(name, hash, root, ctx))) return {};
  return (await shadowInfo(name, root, ctx))['passwd'] === hash;
}

const name = p.string();
const root = p.string(null, 'folder to change the root to');

/** A function that sets one number of the entry by an option of chage. */
const ageFn = (param: string, key: string, option: string, what: string, trusted = false) => fn({
  doc: `Set ${what} of a user's password.\n\nsalt '*' shadow.set_${param} username 7`,
  params: { name, [param]: p.any(), root },
  run: (args, ctx) => setAge({ name: args['name'] as string, root: args['root'] as string | null, key, value: args[param] as string, option, trusted }, ctx),
});

export default defineModule({
  name: 'linux_shadow',
  quickGrains: true,
  serves: 'shadow',
  when: { kernel: ['Linux'] },
  doc: 'Sets passwords of users and how long they are valid.',
  functions: {
    default_hash: fn({ doc: "Give what stands in place of a hash for a new user.\n\nsalt '*' shadow.default_hash", run: () => NO_ENTRY }),
    info: fn({
      doc: "Give the entry of a user; empty fields when there is none.\n\nsalt '*' shadow.info root",
      params: { name, root },
      run: (args, ctx) => shadowInfo(args.name, args.root, ctx),
    }),
    list_users: fn({
      doc: "Give the names of all users with an entry, sorted.\n\nsalt '*' shadow.list_users",
      params: { root },
      run: (args, ctx) => shadowNames(args.root, ctx),
    }),
    gen_password: fn({
      doc: "Make a hash of a password, with a given or a new salt.\n\nsalt '*' shadow.gen_password 'I_am_password' crypt_salt='I_am_salt' algorithm=sha256",
      params: { password: p.any(), crypt_salt: p.string(null), algorithm: p.string('sha512') },
      run: ({ password, crypt_salt, algorithm }, ctx) => hashPassword(password === null ? null : str(password), crypt_salt, algorithm, ctx),
    }),
    set_password: fn({
      doc: "Set the hash of a user's password.\n\nsalt '*' shadow.set_password root '$1$UYCIxa628.9qXjpQCjM4a..'",
      params: { name, password: p.string(), use_usermod: p.any(false, 'by a program, not in the file'), root },
      run: (args, ctx) => setPassword(args.name, args.password, isTrue(args.use_usermod), args.root, ctx),
    }),
    del_password: fn({
      doc: "Remove the password of a user.\n\nsalt '*' shadow.del_password username",
      params: { name, root },
      run: (args, ctx) => deletePassword(args.name, args.root, ctx),
    }),
    lock_password: fn({
      doc: "Lock the password of a user.\n\nsalt '*' shadow.lock_password username",
      params: { name, root },
      run: (args, ctx) => lock(args.name, true, args.root, ctx),
    }),
    unlock_password: fn({
      doc: "Unlock the password of a user.\n\nsalt '*' shadow.unlock_password username",
      params: { name, root },
      run: (args, ctx) => lock(args.name, false, args.root, ctx),
    }),
    set_inactdays: ageFn('inactdays', 'inact', '-I', 'the days from expiry to lock'),
    set_maxdays: ageFn('maxdays', 'max', '-M', 'the days of validity'),
    set_mindays: ageFn('mindays', 'min', '-m', 'the days before the next change'),
    set_warndays: ageFn('warndays', 'warn', '-W', 'the days of warning'),
    set_date: ageFn('date', 'lstchg', '-d', 'the day of the last change', true),
    set_expire: ageFn('expire', 'expire', '-E', 'the last day of the account', true),
  },
});
