/** Jobs of cron. */
import type { Context } from '../../kernel/contract/context.js';
import { InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { fits, needsChange, NO_IDENTIFIER } from '../../kernel/std/cron-entry.js';
import { str } from '../../kernel/std/python-text.js';
import { equalValues, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { install, installs, readRaw, readUserTab, writeUserTab } from './cron/crontab.js';
import { drawTimes, hasTimes, type Times } from './cron/match.js';
import { isOneLine, tabValue, TIMES, type Job, type Special, type Tab } from './cron/tab.js';

/** What stands at an entry besides its time. */
interface Notes {
  readonly cmd: Value;
  readonly commented: Value;
  readonly comment: Value;
  readonly identifier: Value;
}
/** An entry as it is asked for: with times, or with a word in their place. */
type Wish = Notes & { readonly times: Times | null; readonly special: Value };

/** Saves a table: the answer when that worked, the words of the program otherwise. */
const saved = async (user: string, tab: Tab, answer: string, ctx: Context): Promise<string> => (await writeUserTab(user, tab, ctx)) ?? answer;

function checkLine(values: readonly Value[]): void {
  if (!values.every(isOneLine)) throw new InvocationError('An entry of cron must be one line');
}

const timesOf = (entry: Job | Special): Partial<Times> => ('spec' in entry ? {} : entry);

/** True when an entry is not as it is asked for. */
function differs(entry: Job | Special, wish: Wish): boolean {
  const old = timesOf(entry);
  const pairs: [Value | undefined, Value][] = [
    [entry.comment, wish.comment], [entry.commented, wish.commented], [wish.identifier, entry.identifier === null ? NO_IDENTIFIER : entry.identifier],
    [entry.cmd, wish.cmd], ['spec' in entry ? entry.spec : null, wish.special], ...TIMES.map((name): [Value, Value] => [old[name] ?? null, wish.times?.[name] ?? null]),
  ];
  return pairs.some(([before, wanted]) => needsChange(before, wanted));
}

/** The wish with the old values where nothing new is asked for. */
function merged(entry: Job | Special, wish: Wish): Wish {
  const old = timesOf(entry);
  const keep = (before: Value | undefined, wanted: Value): Value => (needsChange(before ?? null, wanted) ? wanted : before ?? null);
  const times = wish.times;
  const id = isTruthy(entry.identifier) ? entry.identifier : wish.identifier;
  return {
    cmd: keep(entry.cmd, wish.cmd), commented: keep(entry.commented, wish.commented), comment: keep(entry.comment, wish.comment),
    identifier: needsChange(id, wish.identifier) ? wish.identifier : id,
    special: wish.special === null ? null : keep('spec' in entry ? entry.spec : null, wish.special),
    times: times === null ? null : Object.fromEntries(TIMES.map((name) => [name, keep(old[name], times[name])])) as unknown as Times,
  };
}

const without = <T>(list: readonly T[], item: T | undefined): T[] => list.filter((one) => one !== item);

function added(tab: Tab, { times, special, ...notes }: Wish): Tab {
  if (times === null) return { ...tab, special: [...tab.special, { spec: str(special), ...notes }] };
  return { ...tab, crons: [...tab.crons, { ...notes, ...drawTimes(times) }] };
}

/** The table with the entry in it, and what happened. A second entry that fits is looked at like the first one. */
function withEntry(tab: Tab, wish: Wish): { readonly tab: Tab; readonly answer: string } {
  const found = [...tab.crons, ...tab.special].find((entry) => fits(entry, wish.cmd, wish.identifier));
  if (found === undefined) return { tab: added(tab, wish), answer: 'new' };
  if (!differs(found, wish)) return { tab, answer: 'present' };
  const rest: Tab = { ...tab, crons: tab.crons.filter((job) => job !== found), special: tab.special.filter((one) => one !== found) };
  const done = withEntry(rest, merged(found, wish));
  return done.answer === 'new' ? { ...done, answer: 'updated' } : done;
}

/** `present`, `new`, `updated`, or the words of the program. */
async function setEntry(user: string, wish: Wish, ctx: Context): Promise<string> {
  checkLine([wish.cmd, wish.identifier, wish.special, ...Object.values(wish.times ?? {})]);
  const before = await readUserTab(user, ctx);
  const { tab, answer } = withEntry(before, wish);
  return tab === before ? answer : saved(user, tab, answer, ctx);
}

async function removeJob(user: string, cmd: Value, identifier: Value, times: Times, ctx: Context): Promise<string> {
  const tab = await readUserTab(user, ctx);
  const found = tab.crons.find((job) => fits(job, cmd, identifier) && hasTimes(job, times));
  return found === undefined ? 'absent' : saved(user, { ...tab, crons: without(tab.crons, found) }, 'removed', ctx);
}

/** Writes the table also when nothing was there to remove, as Salt does. */
async function removeSpecial(user: string, cmd: Value, special: Value, identifier: Value, ctx: Context): Promise<string> {
  const tab = await readUserTab(user, ctx);
  const found = tab.special.find((entry) => fits(entry, cmd, identifier) && (special === null || equalValues(entry.spec, special)));
  return saved(user, { ...tab, special: without(tab.special, found) }, found === undefined ? 'absent' : 'removed', ctx);
}

async function setVariable(user: string, name: string, value: Value, ctx: Context): Promise<string> {
  checkLine([name, value]);
  const tab = await readUserTab(user, ctx);
  const found = tab.env.find((one) => one.name === name);
  if (found !== undefined && equalValues(found.value, value)) return 'present';
  return saved(user, { ...tab, env: [...without(tab.env, found), { name, value }] }, found === undefined ? 'new' : 'updated', ctx);
}

async function removeVariable(user: string, name: string, ctx: Context): Promise<string> {
  const tab = await readUserTab(user, ctx);
  const found = tab.env.findLast((one) => one.name === name);
  return saved(user, { ...tab, env: without(tab.env, found) }, found === undefined ? 'absent' : 'removed', ctx);
}

async function entryOf(user: string, identifier: Value, cmd: Value, ctx: Context): Promise<PlainMap | false> {
  const byId = isTruthy(identifier);
  if (byId && isTruthy(cmd)) ctx.log.warn({}, 'Both identifier and cmd are specified. Only using identifier.');
  if (!byId && !isTruthy(cmd)) return false;
  const tab = await readUserTab(user, ctx);
  const found = [...tab.crons, ...tab.special].find((entry) => (byId ? equalValues(entry.identifier, identifier) : equalValues(entry.cmd, cmd)));
  return found === undefined ? false : { ...found };
}

const user = p.string();
const notes = { commented: p.any(false, 'keep it, but do not run it'), comment: p.any(null), identifier: p.any(null, 'name by which the entry is found again') };
const time = p.any(null);

export default defineModule({
  name: 'cron',
  when: { kernel: ['Linux'] },
  virtual: async (ctx) => ((await ctx.sys.which('crontab')) === undefined ? 'Cannot load cron module: crontab command not found' : true),
  doc: 'Reads and edits the tables of cron of users. Percent signs in commands mean something to cron: write a backslash before them.',
  aliases: { ls: 'list_tab', rm: 'rm_job' },
  functions: {
    raw_cron: fn({
      doc: "Give the table of a user as it is.\n\nsalt '*' cron.raw_cron root",
      params: { user },
      run: (args, ctx) => readRaw(args.user, ctx),
    }),
    list_tab: fn({
      doc: "Give the entries of the table of a user.\n\nsalt '*' cron.list_tab root",
      params: { user },
      run: async (args, ctx) => tabValue(await readUserTab(args.user, ctx)),
    }),
    get_entry: fn({
      doc: "Give the entry with an identifier or a command, or False.\n\nsalt '*' cron.get_entry root identifier=task1",
      params: { user, identifier: p.any(null), cmd: p.any(null) },
      run: (args, ctx) => entryOf(args.user, args.identifier, args.cmd, ctx),
    }),
    set_job: fn({
      doc: "Set a job: new, updated or present. A time can be `random`.\n\nsalt '*' cron.set_job root '*' '*' '*' '*' 1 /usr/local/weekly",
      params: { user, minute: p.any(), hour: p.any(), daymonth: p.any(), month: p.any(), dayweek: p.any(), cmd: p.any(), ...notes },
      run({ user: owner, cmd, commented, comment, identifier, ...given }, ctx) {
        const times = Object.fromEntries(TIMES.map((name) => [name, str(given[name]).toLowerCase()])) as unknown as Times;
        return setEntry(owner, { cmd, commented, comment, identifier, times, special: null }, ctx);
      },
    }),
    set_special: fn({
      doc: "Set a job with a word for its time: new, updated or present.\n\nsalt '*' cron.set_special root @hourly 'echo foobar'",
      params: { user, special: p.any(), cmd: p.any(), ...notes },
      run: ({ user: owner, ...wish }, ctx) => setEntry(owner, { ...wish, times: null }, ctx),
    }),
    rm_job: fn({
      doc: "Remove a job; with times only when they are its own.\n\nsalt '*' cron.rm_job root /usr/local/weekly",
      params: { user, cmd: p.any(), minute: time, hour: time, daymonth: time, month: time, dayweek: time, identifier: p.any(null) },
      run: ({ user: owner, cmd, identifier, ...times }, ctx) => removeJob(owner, cmd, identifier, times, ctx),
    }),
    rm_special: fn({
      doc: "Remove a job with a word for its time.\n\nsalt '*' cron.rm_special root /usr/bin/foo",
      params: { user, cmd: p.any(), special: p.any(null), identifier: p.any(null) },
      run: (args, ctx) => removeSpecial(args.user, args.cmd, args.special, args.identifier, ctx),
    }),
    set_env: fn({
      doc: "Set a variable of the table.\n\nsalt '*' cron.set_env root MAILTO user@example.com",
      params: { user, name: p.string(), value: p.any(null) },
      run: (args, ctx) => setVariable(args.user, args.name, args.value, ctx),
    }),
    rm_env: fn({
      doc: "Remove a variable of the table.\n\nsalt '*' cron.rm_env root MAILTO",
      params: { user, name: p.string() },
      run: (args, ctx) => removeVariable(args.user, args.name, ctx),
    }),
    write_cron_file: fn({
      doc: "Make a file the table of a user; says whether that worked.\n\nsalt '*' cron.write_cron_file root /tmp/new_cron",
      params: { user, path: p.string() },
      run: (args, ctx) => installs(args.user, args.path, ctx),
    }),
    write_cron_file_verbose: fn({
      doc: "Make a file the table of a user; gives what the program did.\n\nsalt '*' cron.write_cron_file_verbose root /tmp/new_cron",
      params: { user, path: p.string() },
      run: (args, ctx) => install(args.user, args.path, ctx),
    }),
  },
});
