/** Parameters of the Linux kernel. */
import { dirname } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isOsError } from '../../kernel/std/os-error.js';
import { splitLines, strip } from '../../kernel/std/python-space.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, isTruthy, mapFrom, mapGet, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';

/** The first systemd that reads the folder only. */
const SYSTEMD_WITH_FOLDER = 207;
const HEAD = '#\n# Kernel sysctl configuration\n#\n';

async function program(ctx: Context): Promise<string> {
  const path = await ctx.sys.which('sysctl');
  if (path === undefined) throw new CommandExecutionError("Command 'sysctl' cannot be found");
  return path;
}

/** A parameter's name. @throws InvocationError for one that the program would take as an option */
function parameter(name: string): string {
  if (name === '' || name.startsWith('-') || /[\n\0]/.test(name)) throw new InvocationError(`Sysctl name '${name}' is not valid`);
  return name;
}

/** The kernel gives fields with a tab between; users write spaces. */
const fields = (value: string): string => value.replace(/\s+/g, '\t');

async function readConfig(path: string, ctx: Context): Promise<Value> {
  if (!(await ctx.sys.exists(path))) return [];
  try {
    const pairs = splitLines(await ctx.sys.fs.readFile(path, 'utf8')).map(strip).filter((line) => !line.startsWith('#') && line.includes('='));
    return mapFrom(pairs.map((line) => [line.slice(0, line.indexOf('=')).trimEnd(), line.slice(line.indexOf('=') + 1).trimStart()] as const));
  } catch (err) {
    if (!isOsError(err)) throw err;
    ctx.log.error({ err }, 'Could not open sysctl file');
    return null;
  }
}

async function readLive(ctx: Context): Promise<ValueMap> {
  const text = str(await ctx.call('cmd.run_stdout', [[await program(ctx), '-a']], { output_loglevel: 'trace' }));
  const rows = splitLines(text).filter((line) => line.includes(' = '));
  return mapFrom(rows.map((line) => [line.slice(0, line.indexOf(' = ')), line.slice(line.indexOf(' = ') + 3)] as const));
}

const read = async (name: string, ctx: Context): Promise<string> =>
  str(await ctx.call('cmd.run', [[await program(ctx), '-n', parameter(name)]], { python_shell: false }));

async function assign(name: string, value: string, ctx: Context): Promise<PlainMap> {
  // A dot in a device name is written as a slash: `net.ipv4.conf.eth0/1.forwarding`.
  const path = parameter(name).replace(/[./]/g, (sign) => (sign === '.' ? '/' : '.'));
  if (path.split('/').includes('..') || !(await ctx.sys.exists(`/proc/sys/${path}`))) throw new CommandExecutionError(`sysctl ${name} does not exist`);
  const argv = [await program(ctx), '-w', `${name}=${value}`];
  const done = await ctx.call('cmd.run_all', [argv], { python_shell: false }) as { retcode: number; stdout: string; stderr: string };
  const [shown = '', ...rest] = done.stdout.split(/\s+=\s+/);
  if (shown !== name || rest.length === 0 || done.stdout.slice(name.length).replace(/^\s+=\s+/, '') !== value || done.stderr.includes('Invalid argument')) {
    throw new CommandExecutionError(`sysctl -w failed: ${done.retcode !== 0 && done.stderr !== '' ? done.stderr : done.stdout}`);
  }
  return { [name]: value };
}

/** systemd tells nothing when the machine was not booted by it. */
async function defaultConfig(ctx: Context): Promise<string> {
  const { systemd } = ctx.grains;
  const version = isMap(systemd) ? Number.parseInt(str(mapGet(systemd, 'version') ?? ''), 10) : NaN;
  const booted = await ctx.sys.exists('/run/systemd/system');
  return booted && version >= SYSTEMD_WITH_FOLDER ? '/etc/sysctl.d/99-salt.conf' : '/etc/sysctl.conf';
}

/** Does what may fail with the file. @throws CommandExecutionError with Salt's words */
async function onFile<T>(what: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (err) {
    if (!isOsError(err)) throw err;
    throw new CommandExecutionError(`Could not ${what} file: ${path}`, { cause: err });
  }
}

async function ensureConfig(path: string, ctx: Context): Promise<void> {
  if (await ctx.sys.exists(path)) return;
  await ctx.sys.fs.mkdir(dirname(path), { recursive: true });
  await onFile('write to', path, () => ctx.sys.writeFile(path, HEAD));
}

async function persist(name: string, value: string, path: string, ctx: Context): Promise<string> {
  parameter(name);
  if (/[\n\r\0]/.test(value)) throw new InvocationError(`Sysctl value of '${name}' is not one line`);
  await ensureConfig(path, ctx);
  const lines: string[] = (await onFile('read from', path, () => ctx.sys.fs.readFile(path, 'utf8'))).match(/[^\n]*\n|[^\n]+$/g) ?? [];
  let edited = false;
  for (const [at, line] of lines.entries()) {
    const equals = line.indexOf('=');
    if (equals < 0 || strip(line.slice(0, equals)) !== name) continue;
    if (fields(strip(line.slice(equals + 1))) === fields(value)) {
      if (fields(await read(name, ctx)) === fields(value)) return 'Already set';
      await assign(name, value, ctx);
      return 'Updated';
    }
    lines[at] = `${name} = ${value}\n`;
    edited = true;
  }
  if (!edited) lines.push(`${name} = ${value}\n`);
  await onFile('write to', path, () => ctx.sys.writeFile(path, lines.join('')));
  await assign(name, value, ctx);
  return 'Updated';
}

export default defineModule({
  name: 'linux_sysctl',
  serves: 'sysctl',
  when: { kernel: ['Linux'] },
  doc: 'Reads and sets parameters of the Linux kernel, now and for every start.',
  functions: {
    default_config: fn({ doc: "Give the file in which parameters are kept.\n\nsalt '*' sysctl.default_config", run: (_args, ctx) => defaultConfig(ctx) }),
    show: fn({
      doc: "Give all parameters, of the running kernel or of a file.\n\nsalt '*' sysctl.show",
      params: { config_file: p.any(false) },
      run: ({ config_file }, ctx) => (isTruthy(config_file) ? readConfig(str(config_file), ctx) : readLive(ctx)),
    }),
    get: fn({
      doc: "Give one parameter.\n\nsalt '*' sysctl.get net.ipv4.ip_forward",
      params: { name: p.string() },
      run: ({ name }, ctx) => read(name, ctx),
    }),
    assign: fn({
      doc: "Set a parameter until the next start.\n\nsalt '*' sysctl.assign net.ipv4.ip_forward 1",
      params: { name: p.string(), value: p.any() },
      run: ({ name, value }, ctx) => assign(name, str(value), ctx),
    }),
    persist: fn({
      doc: "Set a parameter now and for every start.\n\nsalt '*' sysctl.persist net.ipv4.ip_forward 1",
      params: { name: p.string(), value: p.any(), config: p.string(null) },
      run: async ({ name, value, config }, ctx) => persist(name, str(value), config ?? await defaultConfig(ctx), ctx),
    }),
  },
});
