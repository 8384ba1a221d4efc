/** Copies of files by rsync. */
import { join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isOsError, osErrorReason } from '../../kernel/std/os-error.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isTruthy, type Value } from '../../kernel/std/value.js';
import { createTemporary, temporaryFolder } from '../../kernel/sys/file/temporary.js';

interface Copying {
  readonly src: Value;
  readonly dst: Value;
  readonly delete: Value;
  readonly force: Value;
  readonly update: Value;
  readonly passwordfile: Value;
  readonly exclude: Value;
  readonly excludefrom: Value;
  readonly dryrun: Value;
  readonly rsh: Value;
  readonly additional_opts: Value;
  readonly saltenv: string;
}
/** Words that may stand in the configuration as `rsync.<word>`. */
const CONFIGURED = ['src', 'dst', 'delete', 'force', 'update', 'passwordfile', 'exclude', 'excludefrom', 'dryrun', 'rsh'] as const;

async function withConfigured(asked: Copying, ctx: Context): Promise<Copying> {
  const filled: Record<string, Value> = {};
  for (const name of CONFIGURED) filled[name] = isTruthy(asked[name]) ? asked[name] : await ctx.call('config.option', [`rsync.${name}`]);
  return { ...asked, ...filled };
}

const flag = (value: Value, ...words: readonly string[]): readonly string[] => (isTruthy(value) ? words : []);

function excluded({ exclude, excludefrom }: Copying): string[] {
  if (isTruthy(excludefrom)) return ['--exclude-from', str(excludefrom)];
  return (isList(exclude) ? exclude : isTruthy(exclude) ? [exclude] : []).flatMap((one) => ['--exclude', str(one)]);
}

function optionsOf(asked: Copying): string[] {
  return [
    '-avz', ...flag(asked.delete, '--delete'), ...flag(asked.force, '--force'), ...flag(asked.update, '--update'), ...flag(asked.rsh, `--rsh=${str(asked.rsh)}`),
    ...flag(asked.passwordfile, '--password-file', str(asked.passwordfile)), ...excluded(asked), ...flag(asked.dryrun, '--dry-run'),
    ...(isList(asked.additional_opts) ? asked.additional_opts.map(str) : []),
  ];
}

/** A folder or file of the master, copied beside; a folder ends in a slash, so that its content is meant. */
async function fetched(url: string, saltenv: string, ctx: Context): Promise<string> {
  const folders = await ctx.call('cp.list_master_dirs', [], { saltenv });
  const isFolder = isList(folders) && folders.includes(url.slice('salt://'.length));
  const path = isFolder ? await ctx.sys.fs.mkdtemp(join(temporaryFolder(ctx.sys), 'tsalt-rsync-')) : await emptyFile(ctx);
  if (isTruthy(await ctx.call(isFolder ? 'cp.get_dir' : 'cp.get_file', [url, path, saltenv]))) return isFolder ? `${path}/` : path;
  await ctx.sys.fs.rm(path, { recursive: true, force: true });
  throw new CommandExecutionError(`${url} does not exist`);
}

async function emptyFile(ctx: Context): Promise<string> {
  const { path, handle } = await createTemporary(ctx.sys);
  await handle.close();
  return path;
}

async function copy(given: Copying, ctx: Context): Promise<Value> {
  const asked = await withConfigured(given, ctx);
  if (!isTruthy(asked.src) || !isTruthy(asked.dst)) throw new InvocationError('src and dst cannot be empty');
  const isRemote = str(asked.src).startsWith('salt://');
  const src = isRemote ? await fetched(str(asked.src), asked.saltenv, ctx) : str(asked.src);
  try {
    return await ctx.call('cmd.run_all', [['rsync', ...optionsOf(asked), '--', src, str(asked.dst)]], { python_shell: false });
  } finally {
    if (isRemote) await ctx.sys.fs.rm(src, { recursive: true, force: true });
  }
}

async function config(path: string, ctx: Context): Promise<string> {
  try {
    return await ctx.sys.fs.readFile(path, 'utf8');
  } catch (error) {
    if (isOsError(error, 'ENOENT')) throw new CommandExecutionError(`${path} does not exist`, { cause: error });
    if (isOsError(error, 'EACCES')) throw new CommandExecutionError(`Unable to read ${path}, access denied`, { cause: error });
    if (isOsError(error, 'EISDIR')) throw new CommandExecutionError(`Unable to read ${path}, path is a directory`, { cause: error });
    if (isOsError(error)) throw new CommandExecutionError(`Unable to read ${path}: ${osErrorReason(error)}`, { cause: error });
    throw error;
  }
}

const off = p.any(false);
const none = p.any(null);

export default defineModule({
  name: 'rsync',
  virtual: async (ctx) => ((await ctx.sys.which('rsync')) === undefined ? 'The rsync execution module cannot be loaded: the rsync binary is not in the path.' : true),
  doc: 'Copies files by rsync.',
  functions: {
    rsync: fn({
      doc: "Copy files; gives what the program did.\n\nsalt '*' rsync.rsync /path/to/src /path/to/dest delete=True update=True passwordfile=/etc/pass.crt exclude=exclude/dir",
      params: {
        src: p.any(), dst: p.any(), delete: off, force: off, update: off, passwordfile: none, exclude: none, excludefrom: none, dryrun: off, rsh: none, additional_opts: none, saltenv: p.string('base'),
      },
      run: (args, ctx) => copy(args, ctx),
    }),
    version: fn({
      doc: "Give the version of rsync.\n\nsalt '*' rsync.version",
      async run(_args, ctx) {
        const [line = ''] = str(await ctx.call('cmd.run_stdout', [['rsync', '--version']], { python_shell: false })).split('\n');
        const version = line.trim().split(/\s+/)[2];
        if (version === undefined) throw new CommandExecutionError('Unable to determine rsync version');
        return version;
      },
    }),
    config: fn({
      doc: "Give the configuration of the rsync daemon.\n\nsalt '*' rsync.config",
      params: { conf_path: p.string('/etc/rsyncd.conf') },
      run: (args, ctx) => config(args.conf_path, ctx),
    }),
  },
});
