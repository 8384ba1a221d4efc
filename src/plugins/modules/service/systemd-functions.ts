/** Functions that ask systemctl and have the same parameters on every Linux: also where systemd is installed but does not run. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, CommandNotFoundError } from '../../../kernel/contract/errors.js';
import { p } from '../../../kernel/contract/params.js';
import { fn } from '../../../kernel/contract/plugin.js';
import { isMap, mapGet, type PlainMap } from '../../../kernel/std/value.js';
import { serviceName, unitName } from './names.js';
import { below, initScripts, unitFiles } from './on-disk.js';
import { followUnitFile, isBooted, reloadUnits, runAll, runningUnits, systemctl, unitProperties, unitsInState } from './systemctl.js';

/** Every unit and init script, sorted. */
export async function allServices(root: string | null, ctx: Context): Promise<string[]> {
  const units = await unitFiles(root, ctx);
  return [...new Set([...units, ...(await initScripts(root, ctx, units))])].toSorted();
}

/** Whether a unit is a link to nothing. */
export async function isMasked(name: string, runtime: boolean, root: string | null, ctx: Context): Promise<boolean> {
  await followUnitFile(name, ctx);
  const path = `${below(root, runtime ? '/run' : '/etc')}/systemd/system/${unitName(serviceName(name))}`;
  try {
    return (await ctx.sys.fs.readlink(path)) === '/dev/null';
  } catch (err) {
    const code = err instanceof Error && 'code' in err ? err.code : undefined;
    if (code === 'EINVAL') {
      ctx.log.error({}, `Failed to check mask status for service ${name}. Path ${path} is a file, not a symlink. `
        + 'This could be caused by changes in systemd and is probably a bug in Salt. Please report this to the developers.');
    } else if (code !== 'ENOENT') {
      throw err;
    }
    return false;
  }
}

const runtimeWord = (runtime: boolean): string[] => (runtime ? ['--runtime'] : []);

export async function unmaskUnit(name: string, runtime: boolean, root: string | null, ctx: Context): Promise<true> {
  if (!(await isMasked(name, runtime, root, ctx))) return true;
  const done = await systemctl({ action: ['unmask', ...runtimeWord(runtime)], name, scope: true, root }, ctx, { redirect_stderr: true });
  if (done.retcode !== 0) throw new CommandExecutionError(`Failed to unmask service '${name}'`);
  return true;
}

async function maskUnit(name: string, runtime: boolean, root: string | null, ctx: Context): Promise<true> {
  await followUnitFile(name, ctx);
  const done = await systemctl({ action: ['mask', ...runtimeWord(runtime)], name, scope: true, root }, ctx, { redirect_stderr: true });
  if (done.retcode === 0) return true;
  const error = `Failed to mask service '${name}'`;
  const info = done.stdout === '' ? '' : `. Additional info follows:\n\n${done.stdout}`;
  throw new CommandExecutionError(`${error}${info}`, { context: { error, info: done.stdout } });
}

async function startCommands(root: string | null, ctx: Context): Promise<PlainMap> {
  const found: PlainMap = {};
  for (const name of await allServices(root, ctx)) {
    const start = (await unitProperties(name, root, ctx))['ExecStart'] ?? null;
    const path = isMap(start) ? mapGet(start, 'path') : undefined;
    if (path !== undefined) found[name] = path;
  }
  return found;
}

async function configureFirstBoot(settings: Readonly<Record<string, string | null>>, ctx: Context): Promise<true> {
  const program = await ctx.sys.which('systemd-firstboot');
  if (program === undefined) throw new CommandNotFoundError("'systemd-firstboot' is not available");
  const words = Object.entries(settings).flatMap(([name, value]) => (value === null || value === '' ? [] : [`--${name}=${value}`]));
  const done = await runAll([program, ...words], ctx);
  if (done.retcode !== 0) throw new CommandExecutionError(`systemd-firstboot error: ${done.stderr}`);
  return true;
}

const maskParams = { name: p.string(), runtime: p.bool(false), root: p.string(null) } as const;

export const SYSTEMD_FUNCTIONS = {
  systemctl_reload: fn({
    doc: "Makes systemd read its unit files anew.\nsalt '*' service.systemctl_reload",
    params: {},
    run: (_args, ctx) => reloadUnits(ctx),
  }),
  get_running: fn({
    doc: "Lists the running units.\nsalt '*' service.get_running",
    params: {},
    run: (_args, ctx) => runningUnits(ctx),
  }),
  get_static: fn({
    doc: "Lists the units that can be neither enabled nor disabled.\nsalt '*' service.get_static",
    params: { root: p.string(null) },
    run: async ({ root }, ctx) => [...new Set(await unitsInState('static', root, ctx))].toSorted(),
  }),
  mask: fn({
    doc: "Makes it impossible to start a unit.\nsalt '*' service.mask foo",
    params: maskParams,
    run: ({ name, runtime, root }, ctx) => maskUnit(name, runtime, root, ctx),
  }),
  unmask: fn({
    doc: "Makes it possible again to start a unit.\nsalt '*' service.unmask foo",
    params: maskParams,
    run: ({ name, runtime, root }, ctx) => unmaskUnit(name, runtime, root, ctx),
  }),
  masked: fn({
    doc: "Says whether a unit is masked.\nsalt '*' service.masked foo",
    params: maskParams,
    run: ({ name, runtime, root }, ctx) => isMasked(name, runtime, root, ctx),
  }),
  show: fn({
    doc: "Gives the properties of a unit.\nsalt '*' service.show foo",
    params: { name: p.string(), root: p.string(null) },
    run: ({ name, root }, ctx) => unitProperties(name, root, ctx),
  }),
  execs: fn({
    doc: "Gives the programs that services start.\nsalt '*' service.execs",
    params: { root: p.string(null) },
    run: ({ root }, ctx) => startCommands(root, ctx),
  }),
  offline: fn({
    doc: "Gives the path of systemctl where systemd is installed but does not run, else False or nothing.\nsalt '*' service.offline",
    params: {},
    run: async (_args, ctx) => (isBooted(ctx) ? false : (await ctx.sys.which('systemctl')) ?? null),
  }),
  firstboot: fn({
    doc: "Makes the settings that a first boot asks for.\nsalt '*' service.firstboot keymap=jp locale=en_US.UTF-8",
    params: {
      locale: p.string(null), locale_message: p.string(null), keymap: p.string(null), timezone: p.string(null), hostname: p.string(null),
      machine_id: p.string(null), root: p.string(null),
    },
    run: ({ locale_message: message, machine_id: machine, locale, keymap, timezone, hostname, root }, ctx) =>
      configureFirstBoot({ locale, 'locale-message': message, keymap, timezone, hostname, 'machine-ID': machine, root }, ctx),
  }),
};
