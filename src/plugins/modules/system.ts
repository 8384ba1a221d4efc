/** Stops and starts the machine, its clock and its name. */
import { dirname } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { checkClock, clockAt, dateWord, readDate, readTime, showBoth, showDate, showTime, withoutOffset, type Clock } from './system/clock.js';
import { readDescription, writeDescription } from './system/description.js';

/** Where a wanted restart is remembered until it happens. Source: read, Salt 3008.3. */
const WITNESS = '/var/volatile/tmp/salt/reboot_witnessed';

type Done = { readonly retcode: number; readonly stderr: string };

const run = (argv: readonly string[], ctx: Context): Promise<Value> => ctx.call('cmd.run', [argv], { python_shell: false });
const runAll = async (argv: readonly string[], ctx: Context, options: PlainMap = {}): Promise<Done> =>
  await ctx.call('cmd.run_all', [argv], { python_shell: false, ...options }) as unknown as Done;

/** A word of a command line. @throws InvocationError for one that would be an option */
function word(text: string, what: string): string {
  if (text.startsWith('-')) throw new InvocationError(`${what} '${text}' is not valid`);
  return text;
}

const when = (minutes: string | null): string => (minutes === null || minutes === '' || minutes === '0' || minutes === 'False' ? 'now' : word(minutes, 'Time'));

async function hasClock(ctx: Context): Promise<boolean> {
  if ((await ctx.sys.which('hwclock')) === undefined) return false;
  return (await runAll(['hwclock', '--test', '--systohc'], ctx, { output_loglevel: 'quiet', ignore_retcode: true })).retcode === 0;
}

async function setClock(parts: Partial<Clock>, offset: string | null, ctx: Context): Promise<true> {
  const wanted = checkClock({ ...clockAt(ctx.sys.now(), offset), ...parts });
  const clock = offset === null ? wanted : withoutOffset(wanted, offset);
  const argv = ['date', ...(offset === null ? [] : ['-u'])];
  const done = await runAll([...argv, dateWord(clock, true)], ctx);
  // Only some programs take seconds.
  if (done.retcode !== 0 && (await runAll([...argv, dateWord(clock, false)], ctx)).retcode !== 0) {
    throw new CommandExecutionError(`date failed: ${done.stderr}`);
  }
  if (await hasClock(ctx)) {
    const saved = await runAll(['hwclock', '--systohc'], ctx);
    if (saved.retcode !== 0) ctx.log.warn({ stderr: saved.stderr }, 'hwclock failed to set hardware clock from software clock');
  }
  return true;
}

type Given = { readonly [K in 'years' | 'months' | 'days' | 'hours' | 'minutes' | 'seconds']: number | null };

function given({ years, months, days, hours, minutes, seconds }: Given): Partial<Clock> {
  const all = { year: years, month: months, day: days, hour: hours, minute: minutes, second: seconds };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

/** True only when the folder had to be made: an older one is not looked into. Source: read, Salt 3008.3. */
async function witness(ctx: Context): Promise<boolean> {
  if (await ctx.sys.exists(dirname(WITNESS))) return false;
  await ctx.sys.fs.mkdir(dirname(WITNESS), { recursive: true });
  await ctx.sys.writeFile(WITNESS, '');
  return true;
}

const offset = p.string(null, 'distance from UTC, as +0600; without it the zone of the machine');
const part = p.int(null);

export default defineModule({
  name: 'system',
  when: { kernel: ['Linux'] },
  doc: 'Halts and restarts the machine, sets its clock and its name.',
  functions: {
    halt: fn({ doc: "Halt the machine.\n\nsalt '*' system.halt", run: (_args, ctx) => run(['halt'], ctx) }),
    init: fn({
      doc: "Change the run level.\n\nsalt '*' system.init 3",
      params: { runlevel: p.string() },
      run: ({ runlevel }, ctx) => run(['init', word(runlevel, 'Run level')], ctx),
    }),
    poweroff: fn({ doc: "Turn the machine off.\n\nsalt '*' system.poweroff", run: (_args, ctx) => run(['poweroff'], ctx) }),
    reboot: fn({
      doc: "Restart the machine, now or after minutes.\n\nsalt '*' system.reboot",
      params: { at_time: p.string(null) },
      run: ({ at_time }, ctx) => run(['shutdown', '-r', when(at_time)], ctx),
    }),
    shutdown: fn({
      doc: "Shut the machine down, now or after minutes.\n\nsalt '*' system.shutdown 5",
      params: { at_time: p.string(null) },
      run: ({ at_time }, ctx) => run(['shutdown', '-h', when(at_time)], ctx),
    }),
    has_settable_hwclock: fn({ doc: "Say whether the hardware clock can be set.\n\nsalt '*' system.has_settable_hwclock", run: (_args, ctx) => hasClock(ctx) }),
    get_system_time: fn({
      doc: "Give the time, as `03:04:05 PM`.\n\nsalt '*' system.get_system_time",
      params: { utc_offset: offset },
      run: ({ utc_offset }, ctx) => showTime(clockAt(ctx.sys.now(), utc_offset)),
    }),
    set_system_time: fn({
      doc: "Set the time; False when it cannot be read.\n\nsalt '*' system.set_system_time \"'11:20'\"",
      params: { newtime: p.string(), utc_offset: offset },
      run({ newtime, utc_offset }, ctx) {
        const time = readTime(newtime);
        return time === undefined ? false : setClock(time, utc_offset, ctx);
      },
    }),
    get_system_date_time: fn({
      doc: "Give date and time, as `2015-05-12 15:04:05`.\n\nsalt '*' system.get_system_date_time \"'-0500'\"",
      params: { utc_offset: offset },
      run: ({ utc_offset }, ctx) => showBoth(clockAt(ctx.sys.now(), utc_offset)),
    }),
    set_system_date_time: fn({
      doc: "Set parts of date and time; the others stay.\n\nsalt '*' system.set_system_date_time 2015 5 12 11 37 53 \"'-0500'\"",
      params: { years: part, months: part, days: part, hours: part, minutes: part, seconds: part, utc_offset: offset },
      run: ({ utc_offset, ...parts }, ctx) => setClock(given(parts), utc_offset, ctx),
    }),
    get_system_date: fn({
      doc: "Give the date, as `Tue 05/12/2015`.\n\nsalt '*' system.get_system_date",
      params: { utc_offset: offset },
      run: ({ utc_offset }, ctx) => showDate(clockAt(ctx.sys.now(), utc_offset)),
    }),
    set_system_date: fn({
      doc: "Set the date.\n\nsalt '*' system.set_system_date '03-28-13'",
      params: { newdate: p.string(), utc_offset: offset },
      run({ newdate, utc_offset }, ctx) {
        const date = readDate(newdate);
        if (date === undefined) throw new InvocationError('Invalid date format');
        return setClock(date, utc_offset, ctx);
      },
    }),
    get_computer_desc: fn({ doc: "Give the description of the machine, or False.\n\nsalt '*' system.get_computer_desc", run: (_args, ctx) => readDescription(ctx) }),
    set_computer_desc: fn({
      doc: "Set the description of the machine.\n\nsalt '*' system.set_computer_desc \"Michael's laptop\"",
      params: { desc: p.string() },
      run: ({ desc }, ctx) => writeDescription(desc, ctx),
    }),
    set_computer_name: fn({
      doc: "Set the host name.\n\nsalt '*' system.set_computer_name web1.example.com",
      params: { hostname: p.string() },
      run: ({ hostname }, ctx) => ctx.call('network.mod_hostname', [hostname]),
    }),
    get_computer_name: fn({ doc: "Give the host name.\n\nsalt '*' system.get_computer_name", run: (_args, ctx) => ctx.call('network.get_hostname') }),
    set_reboot_required_witnessed: fn({ doc: "Remember that a restart is wanted.\n\nsalt '*' system.set_reboot_required_witnessed", run: (_args, ctx) => witness(ctx) }),
    get_reboot_required_witnessed: fn({ doc: "Say whether a restart is wanted.\n\nsalt '*' system.get_reboot_required_witnessed", run: (_args, ctx) => ctx.sys.exists(WITNESS) }),
  },
});
