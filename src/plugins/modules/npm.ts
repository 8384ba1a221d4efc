/** Packages of Node.js. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, isNumber, isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { temporaryFolder } from '../../kernel/sys/file/temporary.js';

interface Run {
  readonly runas: string | null;
  readonly env: Value;
}

/** Names of packages: an option would change what the program does. */
function packageWord(name: string): string {
  if (name === '' || name.startsWith('-') || name.includes('\0')) throw new InvocationError(`'${name}' is not a name of a package`);
  return name;
}

async function environment({ runas, env }: Run, ctx: Context): Promise<PlainMap> {
  const own: PlainMap = isPlainMap(env) ? { ...env } : {};
  const uid = runas === null ? undefined : (await ctx.sys.userByName(runas))?.uid;
  return uid === undefined || uid === 0 ? own : { ...own, SUDO_UID: String(uid), SUDO_USER: '' };
}

async function npm(words: readonly string[], run: Run, cwd: string | null, ctx: Context, ignoreCode = false): Promise<{ code: Value; out: string; err: string }> {
  const options = { python_shell: false, runas: run.runas, env: await environment(run, ctx), ...(cwd === null ? {} : { cwd }), ...(ignoreCode ? { ignore_retcode: true } : {}) };
  const done = await ctx.call('cmd.run_all', [['npm', ...words]], options) as PlainMap;
  return { code: done['retcode'] ?? 0, out: str(done['stdout'] ?? ''), err: str(done['stderr'] ?? '') };
}

/** The first JSON value of an output that has other lines before it; the output itself when there is none. */
function jsonIn(text: string): Value {
  const lines = text.split('\n');
  for (const [at, line] of lines.entries()) {
    if (!/^\s*[[{]/.test(line)) continue;
    const rest = lines.slice(at);
    for (let end = rest.length; end > 0; end--) {
      const found = parsed(rest.slice(0, end).join('\n'));
      if (found !== undefined) return found;
    }
  }
  return text;
}

function parsed(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

interface Installation extends Run {
  readonly pkg: string | null;
  readonly pkgs: readonly string[] | null;
  readonly dir: string | null;
  readonly registry: string | null;
  readonly dry_run: Value;
  readonly silent: Value;
}

async function install(asked: Installation, ctx: Context): Promise<Value> {
  const isGlobal = asked.dir === null || asked.dir === '';
  const names = isTruthy(asked.pkg) ? [asked.pkg ?? ''] : asked.pkgs ?? [];
  const words = [
    'install', '--json', ...(isTruthy(asked.silent) ? ['--silent'] : []), ...(isGlobal ? ['--global'] : []), ...(isTruthy(asked.registry) ? [`--registry=${String(asked.registry)}`] : []),
    ...(isTruthy(asked.dry_run) ? ['--dry-run'] : []), ...names.map(packageWord),
  ];
  const done = await npm(words, asked, isGlobal ? temporaryFolder(ctx.sys) : asked.dir, ctx);
  if (done.code !== 0) throw new CommandExecutionError(done.err === '' ? done.out : done.err);
  return jsonIn(done.out === '' ? done.err : done.out);
}

async function list(asked: Run & { pkg: string | null; dir: string | null; depth: Value }, ctx: Context): Promise<Value> {
  if (asked.depth !== null && !isNumber(asked.depth)) throw new InvocationError(`Error: depth ${str(asked.depth)} must be a number`);
  const isGlobal = asked.dir === null || asked.dir === '';
  const words = [
    'list', '--json', '--silent', ...(isGlobal ? ['--global'] : []), ...(asked.depth === null ? [] : [`--depth=${Math.trunc(Number(asked.depth))}`]), ...(isTruthy(asked.pkg) ? [packageWord(asked.pkg ?? '')] : []),
  ];
  const done = await npm(words, asked, isGlobal ? null : asked.dir, ctx, true);
  if (done.code !== 0 && done.err !== '') throw new CommandExecutionError(done.err);
  const found = parsed(done.out);
  return isPlainMap(found) && isMap(found['dependencies']) ? found['dependencies'] : {};
}

const run = { runas: p.string(null), env: p.any(null) };
const path = p.string(null);

export default defineModule({
  name: 'npm',
  virtual: async (ctx) => ((await ctx.sys.which('npm')) === undefined ? 'npm execution module could not be loaded because the npm binary could not be located' : true),
  doc: 'Installs and lists packages of Node.js.',
  functions: {
    install: fn({
      doc: "Install packages: into a folder, or for all.\n\nsalt '*' npm.install coffee-script@1.0.1\nsalt '*' npm.install dir=/srv/app",
      params: { pkg: p.string(null), pkgs: p.strings(null), dir: p.string(null), runas: run.runas, registry: p.string(null), env: run.env, dry_run: p.any(false), silent: p.any(true) },
      run: (args, ctx) => install(args, ctx),
    }),
    uninstall: fn({
      doc: "Remove a package; says whether that worked.\n\nsalt '*' npm.uninstall coffee-script",
      params: { pkg: p.string(), dir: p.string(null), ...run },
      async run(args, ctx) {
        const isGlobal = args.dir === null || args.dir === '';
        return (await npm(['uninstall', packageWord(args.pkg), ...(isGlobal ? ['--global'] : [])], args, isGlobal ? null : args.dir, ctx)).code === 0;
      },
    }),
    list: fn({
      doc: "Give the packages that are installed.\n\nsalt '*' npm.list",
      params: { pkg: p.string(null), dir: p.string(null), ...run, depth: p.any(null) },
      run: (args, ctx) => list(args, ctx),
    }),
    cache_clean: fn({
      doc: "Empty the cache; says whether that worked.\n\nsalt '*' npm.cache_clean force=True",
      params: { path, ...run, force: p.any(false) },
      async run(args, ctx) {
        const words = ['cache', 'clean', ...(isTruthy(args.path) ? [packageWord(args.path ?? '')] : []), ...(args.force === true ? ['--force'] : [])];
        return (await npm(words, args, null, ctx, true)).code === 0;
      },
    }),
    cache_list: fn({
      doc: "Give what the cache holds.\n\nsalt '*' npm.cache_list",
      params: { path, ...run },
      async run(args, ctx) {
        const done = await npm(['cache', 'ls', ...(isTruthy(args.path) ? [packageWord(args.path ?? '')] : [])], args, null, ctx, true);
        if (done.code !== 0 && done.err !== '') throw new CommandExecutionError(done.err);
        return done.out;
      },
    }),
    cache_path: fn({
      doc: "Give the folder of the cache.\n\nsalt '*' npm.cache_path",
      params: run,
      async run(args, ctx) {
        const done = await npm(['config', 'get', 'cache'], args, null, ctx, true);
        return done.out === '' ? done.err : done.out;
      },
    }),
  },
});
