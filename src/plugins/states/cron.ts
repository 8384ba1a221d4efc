/** Jobs of cron, and variables of its tables. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { tableFromFile } from './cron/file.js';
import { findEntry, findVariable, TIME_NAMES, type Found, type Sought } from './cron/table.js';

/** What a test run says of an entry (`Cron x`) or a variable (`Cron env x`) that should be there. */
function plannedPresence(name: string, what: string, found: Found): PlainMap {
  if (found === 'present') return done(name, `${what} already present`);
  return wouldChange(name, `${what} is set to be ${found === 'absent' ? 'added' : 'updated'}`);
}

const plannedAbsence = (name: string, what: string, found: Found): PlainMap =>
  (found === 'absent' ? done(name, `${what} is absent`) : wouldChange(name, `${what} is set to be removed`));

function madePresent(name: string, what: string, user: string, answer: Value): PlainMap {
  if (answer === 'present') return done(name, `${what} already present`);
  if (answer === 'new') return done(name, `${what} added to ${user}'s crontab`, { [user]: name });
  if (answer === 'updated') return done(name, `${what} updated`, { [user]: name });
  return failed(name, `${what} for user ${user} failed to commit with error \n${str(answer)}`);
}

function madeAbsent(name: string, what: string, user: string, answer: Value): PlainMap {
  if (answer === 'absent') return done(name, `${what} already absent`);
  if (answer === 'removed') return done(name, `${what} removed from ${user}'s crontab`, { [user]: name });
  return failed(name, `${what} for user ${user} failed to commit with error ${str(answer)}`);
}

async function present(user: string, sought: Sought, ctx: Context): Promise<PlainMap> {
  const { cmd, special, times, ...notes } = sought;
  if (ctx.test) return plannedPresence(cmd, `Cron ${cmd}`, await findEntry(user, sought, ctx));
  const answer = special === null
    ? await ctx.call('cron.set_job', [], { user, cmd, ...times, ...notes })
    : await ctx.call('cron.set_special', [], { user, special, cmd, ...notes });
  return madePresent(cmd, `Cron ${cmd}`, user, answer);
}

async function absent(cmd: string, { user, identifier, special }: { user: string; identifier: Value; special: Value }, ctx: Context): Promise<PlainMap> {
  const what = `Cron ${cmd}`;
  // A test run does not look at words in place of a time, as in Salt.
  if (ctx.test) return plannedAbsence(cmd, what, await findEntry(user, { cmd, identifier, special: null, comment: null, commented: null, times: null }, ctx));
  const answer = special === null ? await ctx.call('cron.rm_job', [user, cmd], { identifier }) : await ctx.call('cron.rm_special', [user, cmd], { special, identifier });
  return madeAbsent(cmd, what, user, answer);
}

/** The command itself is the identifier where none is given. */
const idOf = (identifier: Value, cmd: string): Value => (identifier === false ? cmd : identifier);

const user = p.string('root');
const time = p.any('*');

export default defineState({
  name: 'cron',
  quickGrains: true,
  virtual: async (ctx) => (await ctx.has('cron.list_tab') ? true : 'cron module could not be loaded'),
  doc: 'Jobs of cron, variables of its tables, and whole tables.',
  functions: {
    present: fn({
      doc: 'Make sure that a command stands in the table of a user, at its times or with a word such as @daily.',
      params: {
        name: p.string(), user, minute: time, hour: time, daymonth: time, month: time, dayweek: time, comment: p.any(null), commented: p.any(false),
        identifier: p.any(false), special: p.any(null),
      },
      run({ name, user: owner, comment, commented, identifier, special, ...given }, ctx) {
        const cmd = name.trim();
        const times = Object.fromEntries(TIME_NAMES.map((key) => [key, given[key]])) as Sought['times'];
        return present(owner, { cmd, special, times, comment, commented, identifier: idOf(identifier, cmd) }, ctx);
      },
    }),
    absent: fn({
      doc: 'Make sure that a command does not stand in the table of a user.',
      params: { name: p.string(), user, identifier: p.any(false), special: p.any(null), kwargs: p.keywords() },
      run: ({ name, user: owner, identifier, special }, ctx) => absent(name.trim(), { user: owner, identifier: idOf(identifier, name.trim()), special }, ctx),
    }),
    file: fn({
      doc: 'Make sure that the table of a user is what a file says.',
      params: {
        name: p.string(), source_hash: p.any(''), source_hash_name: p.any(null), user, template: p.any(null), context: p.any(null), replace: p.any(true),
        defaults: p.any(null), backup: p.any(''), kwargs: p.keywords(),
      },
      run: ({ name, user: owner, replace, backup, kwargs, ...source }, ctx) =>
        tableFromFile({ name, user: owner, replace, backup, source: { ...kwargs, ...source } }, ctx),
    }),
    env_present: fn({
      doc: 'Make sure that a variable of the table of a user has a value.',
      params: { name: p.string(), value: p.any(null), user },
      async run({ name, value, user: owner }, ctx) {
        const what = `Cron env ${name}`;
        if (ctx.test) return plannedPresence(name, what, await findVariable(owner, name, value, ctx));
        return madePresent(name, what, owner, await ctx.call('cron.set_env', [owner, name], { value }));
      },
    }),
    env_absent: fn({
      doc: 'Make sure that the table of a user does not set a variable.',
      params: { name: p.string(), user },
      async run({ name: given, user: owner }, ctx) {
        const name = given.trim();
        const what = `Cron env ${name}`;
        if (ctx.test) return plannedAbsence(name, what, await findVariable(owner, name, null, ctx));
        return madeAbsent(name, what, owner, await ctx.call('cron.rm_env', [owner, name]));
      },
    }),
  },
});
