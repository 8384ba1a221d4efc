/** What a test run finds in the table of a user. */
import type { Context } from '../../../kernel/contract/context.js';
import { fits, needsChange, type CronEntry } from '../../../kernel/std/cron-entry.js';
import { str } from '../../../kernel/std/python-text.js';
import { equalValues, type PlainMap, type Value } from '../../../kernel/std/value.js';

export type Found = 'absent' | 'present' | 'update';

export const TIME_NAMES = ['minute', 'hour', 'daymonth', 'month', 'dayweek'] as const;

/** An entry as it is looked for; null: anything. */
export interface Sought {
  readonly cmd: string;
  readonly identifier: Value;
  readonly special: Value;
  readonly comment: Value;
  readonly commented: Value;
  readonly times: Readonly<Record<typeof TIME_NAMES[number], Value>> | null;
}

const textOrNull = (value: Value): string | null => (value === null ? null : str(value));

export async function findEntry(user: string, sought: Sought, ctx: Context): Promise<Found> {
  const table = await ctx.call('cron.list_tab', [user]) as PlainMap;
  const { cmd, special, comment } = sought;
  const identifier = textOrNull(sought.identifier);
  // As Salt's: a word in place of a time that is looked for without one is not found.
  const entries = table[special === null ? 'crons' : 'special'] as readonly PlainMap[];
  const entry = entries.find((one) => fits(one as unknown as CronEntry, cmd, identifier));
  if (entry === undefined) return 'absent';
  const wanted: PlainMap = { identifier, cmd, comment, commented: sought.commented === null ? null : sought.commented === true };
  if (special !== null) wanted['spec'] = special;
  else for (const name of TIME_NAMES) wanted[name] = textOrNull(sought.times?.[name] ?? null)?.toLowerCase() ?? null;
  return Object.entries(wanted).some(([name, value]) => needsChange(entry[name], value)) ? 'update' : 'present';
}

export async function findVariable(user: string, name: string, value: Value, ctx: Context): Promise<Found> {
  const table = await ctx.call('cron.list_tab', [user]) as PlainMap;
  const found = (table['env'] as readonly PlainMap[]).find((one) => one['name'] === name);
  if (found === undefined) return 'absent';
  return equalValues(found['value'], value ?? '') ? 'present' : 'update';
}
