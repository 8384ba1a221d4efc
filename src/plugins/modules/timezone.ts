/** Time zone and clock setting of the machine. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isOsError, osErrorReason } from '../../kernel/std/os-error.js';
import { splitLines } from '../../kernel/std/python-space.js';
import { str } from '../../kernel/std/python-text.js';

const LOCALTIME = '/etc/localtime';
const ZONES = '/usr/share/zoneinfo/';

const family = (ctx: Context): string => str(ctx.grains['os_family'] ?? '');
const hasTimedatectl = async (ctx: Context): Promise<boolean> => (await ctx.sys.which('timedatectl')) !== undefined;
const output = async (argv: readonly string[], ctx: Context): Promise<string> => str(await ctx.call('cmd.run', [argv], { python_shell: false }));

async function timedatectl(ctx: Context): Promise<string> {
  const done = await ctx.call('cmd.run_all', [['timedatectl']], { python_shell: false }) as { retcode: number; stdout: string; stderr: string };
  if (done.retcode !== 0) throw new CommandExecutionError(`timedatectl failed: ${done.stderr}`);
  return done.stdout;
}

const unreadable = (text: string): CommandExecutionError =>
  new CommandExecutionError(`Failed to parse timedatectl output: ${text}\nPlease file an issue with SaltStack`);

async function zoneOfTimedatectl(ctx: Context): Promise<string> {
  const text = await timedatectl(ctx);
  for (const line of text.split('\n')) {
    const zone = /^Time ?zone:\s+(\S+)/.exec(line.trim())?.[1];
    if (zone !== undefined) return zone;
  }
  throw unreadable(text);
}

async function zoneOfFile(ctx: Context): Promise<string> {
  const path = '/etc/timezone';
  try {
    return (await ctx.sys.fs.readFile(path, 'utf8')).trim();
  } catch (err) {
    if (!isOsError(err)) throw err;
    throw new CommandExecutionError(`Problem reading timezone file ${path}: ${osErrorReason(err)}`, { cause: err });
  }
}

async function currentZone(ctx: Context): Promise<string> {
  if (await hasTimedatectl(ctx)) return zoneOfTimedatectl(ctx);
  if (['Debian', 'Gentoo'].includes(family(ctx))) return zoneOfFile(ctx);
  throw new CommandExecutionError('Unable to get timezone');
}

/** File of a zone; undefined when there is none, or the name leads out of the folder. */
async function zoneFile(zone: string, ctx: Context): Promise<string | undefined> {
  const path = `${ZONES}${zone}`;
  if (zone.startsWith('-') || zone.includes('\0') || zone.split('/').includes('..')) return undefined;
  return (await ctx.sys.exists(path)) ? path : undefined;
}

/** Lets the local time be that of a zone; by rename, so that it is never missing. */
async function link(path: string, ctx: Context): Promise<void> {
  const temporary = `${LOCALTIME}.tsalt-${process.pid}`;
  await ctx.sys.fs.rm(temporary, { force: true });
  await ctx.sys.fs.symlink(path, temporary);
  await ctx.sys.fs.rename(temporary, LOCALTIME);
}

async function setZone(zone: string, ctx: Context): Promise<true | string> {
  const path = await zoneFile(zone, ctx);
  // Salt asks timedatectl first and looks afterwards; what does not exist cannot be set either way.
  if (path === undefined) return `Zone does not exist: ${ZONES}${zone}`;
  if (await hasTimedatectl(ctx)) await output(['timedatectl', 'set-timezone', zone], ctx);
  await link(path, ctx);
  if (/Debian|Gentoo/.test(family(ctx))) await ctx.sys.writeFile('/etc/timezone', `${zone.trim()}\n`);
  return true;
}

async function sameTimes(zone: string, ctx: Context): Promise<boolean> {
  const path = await zoneFile(zone, ctx);
  const now = await readNow(ctx);
  if (path === undefined) throw new InvocationError(`Can't find a local timezone "${zone}"`);
  return (await ctx.sys.fs.stat(path)).isFile() && now.equals(await ctx.sys.fs.readFile(path));
}

async function readNow(ctx: Context): Promise<Buffer> {
  try {
    return await ctx.sys.fs.readFile(LOCALTIME);
  } catch (err) {
    if (!isOsError(err)) throw err;
    throw new CommandExecutionError(`Failed to read ${LOCALTIME} to determine current timezone: ${osErrorReason(err)}`, { cause: err });
  }
}

async function compareZone(zone: string, ctx: Context): Promise<boolean> {
  let current: string;
  try {
    current = await currentZone(ctx);
  } catch (err) {
    if (!(err instanceof CommandExecutionError)) throw err;
    return sameTimes(zone, ctx);
  }
  return zone === current;
}

async function hardwareClock(ctx: Context): Promise<string | null> {
  if (await hasTimedatectl(ctx)) {
    const text = await timedatectl(ctx);
    const line = splitLines(text).map((one) => one.trim().toLowerCase()).find((one) => one.includes('rtc in local tz'));
    if (line === undefined) throw unreadable(text);
    return line.split(':').at(-1)?.trim() === 'yes' ? 'localtime' : 'UTC';
  }
  if (family(ctx).includes('Debian')) {
    const old = splitLines((await ctx.sys.readText('/etc/default/rcS')) ?? '').find((line) => !/^\s*#/.test(line) && line.includes('UTC='));
    if (old !== undefined) return old.split('=').at(-1)?.toLowerCase() === 'yes' ? 'UTC' : 'localtime';
  }
  return lastLineOfAdjtime(ctx);
}

/** Without a clock there is nothing to tell. */
async function lastLineOfAdjtime(ctx: Context): Promise<string | null> {
  const path = '/etc/adjtime';
  if (await ctx.sys.exists(path)) return output(['tail', '-n', '1', path], ctx);
  if (await ctx.sys.exists('/dev/rtc')) throw new CommandExecutionError(`Unable to get hwclock timezone from ${path}`);
  return null;
}

async function setHardwareClock(clock: string, ctx: Context): Promise<boolean> {
  if (await hasTimedatectl(ctx)) {
    const argv = ['timedatectl', 'set-local-rtc', clock === 'localtime' ? 'true' : 'false'];
    return (await ctx.call('cmd.retcode', [argv], { python_shell: false })) === 0;
  }
  const zone = await currentZone(ctx);
  const path = await zoneFile(zone, ctx);
  if (path === undefined) throw new CommandExecutionError(`Zone '${ZONES}${zone}' does not exist`);
  await link(path, ctx);
  const answer = new Map([['UTC', 'yes'], ['localtime', 'no']]).get(clock);
  if (family(ctx).includes('Debian') && answer !== undefined) await ctx.call('file.sed', ['/etc/default/rcS', '^UTC=.*', `UTC=${answer}`]);
  return true;
}

export default defineModule({
  name: 'timezone',
  when: { kernel: ['Linux'] },
  doc: 'Reads and sets the time zone, and whether the hardware clock runs in UTC.',
  functions: {
    get_zone: fn({ doc: "Give the time zone.\n\nsalt '*' timezone.get_zone", run: (_args, ctx) => currentZone(ctx) }),
    get_zonecode: fn({ doc: "Give the short name of the time zone, as `PST`.\n\nsalt '*' timezone.get_zonecode", run: (_args, ctx) => output(['date', '+%Z'], ctx) }),
    get_offset: fn({ doc: "Give the distance from UTC, as `-0700`.\n\nsalt '*' timezone.get_offset", run: (_args, ctx) => output(['date', '+%z'], ctx) }),
    set_zone: fn({
      doc: "Set the time zone; programs that run see it when they are restarted.\n\nsalt '*' timezone.set_zone America/Denver",
      params: { timezone: p.string() },
      run: ({ timezone }, ctx) => setZone(timezone, ctx),
    }),
    zone_compare: fn({
      doc: "Say whether the time zone is the one named.\n\nsalt '*' timezone.zone_compare America/Denver",
      params: { timezone: p.string() },
      run: ({ timezone }, ctx) => compareZone(timezone, ctx),
    }),
    get_hwclock: fn({ doc: "Give what the hardware clock shows: UTC or localtime.\n\nsalt '*' timezone.get_hwclock", run: (_args, ctx) => hardwareClock(ctx) }),
    set_hwclock: fn({
      doc: "Set what the hardware clock shows: UTC or localtime.\n\nsalt '*' timezone.set_hwclock UTC",
      params: { clock: p.string() },
      run: ({ clock }, ctx) => setHardwareClock(clock, ctx),
    }),
  },
});
