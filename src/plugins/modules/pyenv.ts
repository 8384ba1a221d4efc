/** Versions of Python by the program pyenv. Source: read, Salt 3008.3. */
import { join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { splitLines } from '../../kernel/std/python-space.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap } from '../../kernel/std/value.js';

const SOURCE = 'https://github.com/pyenv/pyenv.git';
const SYSTEM_ROOT = '/usr/local/pyenv';

async function homeOf(user: string, ctx: Context): Promise<string> {
  const account = await ctx.sys.userByName(user);
  if (account === undefined) throw new InvocationError(`There is no user '${user}'`);
  return account.home;
}

async function rootOf(runas: string | null, ctx: Context): Promise<string> {
  const configured = await ctx.call('config.option', ['pyenv.root']);
  if (isTruthy(configured)) return str(configured).replace(/^~(?=\/|$)/, () => ctx.sys.env['HOME'] ?? '/root');
  return runas === null || runas === 'root' ? SYSTEM_ROOT : join(await homeOf(runas, ctx), '.pyenv');
}

const binaryOf = async (runas: string | null, ctx: Context): Promise<string> => `${await rootOf(runas, ctx)}/bin/pyenv`;
const isInstalled = async (runas: string | null, ctx: Context): Promise<boolean> => isTruthy(await ctx.call('cmd.has_exec', [await binaryOf(runas, ctx)]));

/** The name of a version, never an option. */
function versionWord(python: string): string {
  const version = python.replace(/^python-/, '');
  if (version === '' || version.startsWith('-') || /[\s\0]/.test(version)) throw new InvocationError(`'${python}' is no version of Python`);
  return version;
}

type Done = { readonly retcode: number; readonly stdout: string; readonly stderr: string };

/** Undefined when pyenv is not there. */
async function pyenv(words: readonly string[], runas: string | null, ctx: Context, env: PlainMap = {}): Promise<Done | undefined> {
  if (!await isInstalled(runas, ctx)) return undefined;
  const options = { runas, python_shell: false, env: { PYENV_ROOT: await rootOf(runas, ctx), ...env } };
  return await ctx.call('cmd.run_all', [[await binaryOf(runas, ctx), ...words]], options) as unknown as Done;
}

const output = (done: Done | undefined): string | undefined => (done?.retcode === 0 ? done.stdout : undefined);

/** `KEY=value` words of the option `pyenv.build_env`. */
async function buildEnvironment(ctx: Context): Promise<PlainMap> {
  const words = str(await ctx.call('config.option', ['pyenv.build_env']) || '').split(/\s+/).filter((word) => /^\w+=/.test(word));
  return Object.fromEntries(words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
}

async function succeeds(words: readonly string[], runas: string | null, ctx: Context): Promise<boolean> {
  return await ctx.call('cmd.retcode', [words], { runas, python_shell: false }) === 0;
}

async function isFolder(path: string, ctx: Context): Promise<boolean> {
  return await ctx.sys.exists(path) && (await ctx.sys.fs.stat(path)).isDirectory();
}

async function uninstall(python: string, runas: string | null, ctx: Context): Promise<true> {
  await pyenv(['uninstall', '--force', versionWord(python)], runas, ctx);
  return true;
}

/** What the program said; false when it failed, and nothing of it is left. */
async function install(python: string, runas: string | null, ctx: Context): Promise<string | false> {
  const done = await pyenv(['install', versionWord(python)], runas, ctx, await buildEnvironment(ctx));
  if (done?.retcode === 0) {
    await pyenv(['rehash'], runas, ctx);
    return done.stderr;
  }
  await uninstall(python, runas, ctx);
  return false;
}

/** Words are handed over as they are: no shell reads them. */
async function run(cmdline: string | null, version: readonly string[], runas: string | null, ctx: Context): Promise<string | false> {
  const words = (cmdline ?? '').split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) throw new InvocationError('There is no command to run');
  const path = `PATH=${await rootOf(runas, ctx)}/shims:${ctx.sys.env['PATH'] ?? ''}`;
  const done = await ctx.call('cmd.run_all', [['env', path, ...version, ...words]], { runas, python_shell: false }) as unknown as Done;
  if (done.retcode !== 0) return false;
  await pyenv(['rehash'], runas, ctx);
  return done.stdout;
}

const runas = p.string(null);
const python = p.string();

export default defineModule({
  name: 'pyenv',
  doc: 'Versions of Python by the program pyenv: of the system, or of a user.',
  card: { title: 'pyenv', version: '1', configuration: { 'pyenv.root': 'folder of pyenv', 'pyenv.build_env': 'KEY=value words for the building of versions' } },
  functions: {
    install: fn({
      doc: "Fetch pyenv unless it is there; says whether that worked.\n\nsalt '*' pyenv.install",
      params: { runas, path: p.string(null) },
      async run(args, ctx) {
        const path = args.path ?? await rootOf(args.runas, ctx);
        return await isFolder(path, ctx) || succeeds(['git', 'clone', '--', SOURCE, path], args.runas, ctx);
      },
    }),
    update: fn({
      doc: "Fetch what is new of pyenv; False when it is not there.\n\nsalt '*' pyenv.update",
      params: { runas, path: p.string(null) },
      async run(args, ctx) {
        const path = args.path ?? await rootOf(args.runas, ctx);
        return await isFolder(path, ctx) && succeeds(['git', '-C', path, 'pull'], args.runas, ctx);
      },
    }),
    is_installed: fn({ doc: "Say whether pyenv is there.\n\nsalt '*' pyenv.is_installed", params: { runas }, run: (args, ctx) => isInstalled(args.runas, ctx) }),
    install_python: fn({
      doc: "Build a version; gives what the program said, False when it failed.\n\nsalt '*' pyenv.install_python 3.11.2",
      params: { python, runas },
      run: (args, ctx) => install(args.python, args.runas, ctx),
    }),
    uninstall_python: fn({ doc: "Remove a version.\n\nsalt '*' pyenv.uninstall_python 3.11.2", params: { python, runas }, run: (args, ctx) => uninstall(args.python, args.runas, ctx) }),
    versions: fn({
      doc: "List the versions that are there.\n\nsalt '*' pyenv.versions",
      params: { runas },
      run: async (args, ctx) => splitLines(output(await pyenv(['versions', '--bare'], args.runas, ctx)) ?? ''),
    }),
    default: fn({
      doc: "Give the version that is used, or set it.\n\nsalt '*' pyenv.default\nsalt '*' pyenv.default 3.11.2",
      params: { python: p.string(null), runas },
      async run(args, ctx) {
        if (!isTruthy(args.python)) return (output(await pyenv(['global'], args.runas, ctx)) ?? '').trim();
        await pyenv(['global', versionWord(args.python ?? '')], args.runas, ctx);
        return true;
      },
    }),
    list: fn({
      doc: "List the versions that can be built.\n\nsalt '*' pyenv.list",
      params: { runas },
      async run(args, ctx) {
        const lines = splitLines(output(await pyenv(['install', '--list'], args.runas, ctx)) ?? '');
        return lines.filter((line) => line !== 'Available versions:').map((line) => line.trim());
      },
    }),
    rehash: fn({
      doc: "Make the programs of all versions known.\n\nsalt '*' pyenv.rehash",
      params: { runas },
      async run(args, ctx) {
        await pyenv(['rehash'], args.runas, ctx);
        return true;
      },
    }),
    do: fn({
      doc: "Run a command with the programs of pyenv before others; gives its output, False when it failed.\n\nsalt '*' pyenv.do 'python --version'",
      params: { cmdline: p.string(null), runas },
      run: (args, ctx) => run(args.cmdline, [], args.runas, ctx),
    }),
    do_with_python: fn({
      doc: "Run a command with a version of Python.\n\nsalt '*' pyenv.do_with_python 3.11.2 'python --version'",
      params: { python: p.any(), cmdline: p.string(), runas },
      run: (args, ctx) => run(args.cmdline, isTruthy(args.python) ? [`PYENV_VERSION=${versionWord(str(args.python))}`] : [], args.runas, ctx),
    }),
  },
});
