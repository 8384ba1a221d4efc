/** Settings of repositories and of users. */
import type { Context } from '../../../kernel/contract/context.js';
import { repr, str } from '../../../kernel/std/python-text.js';
import { equalValues, isList, isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { tried } from '../outcome/failure.js';
import type { Account } from './repository.js';
import { fail, gitWords, newReport, plan, returned, unknownKeywords } from './said.js';

export interface Setting {
  readonly name: string;
  readonly repo: string | null;
  readonly account: Account;
  /** `global` and `all` are words of Python or of git. */
  readonly kwargs: PlainMap;
}

const NO_REPO = "Non-global config options require the 'repo' argument to be set";

/** Arguments of every call, or what is wrong with those of the state. */
function placeOf({ repo, account, kwargs }: Setting, known: readonly string[]): { readonly args: PlainMap; readonly isGlobal: boolean } | { readonly problem: string } {
  const unknown = unknownKeywords(Object.fromEntries(Object.entries(kwargs).filter(([name]) => !known.includes(name))));
  if (unknown !== undefined) return { problem: unknown };
  const isGlobal = isTruthy(kwargs['global'] ?? false);
  if (!isGlobal && !isTruthy(repo)) return { problem: NO_REPO };
  return { isGlobal, args: { cwd: repo, user: account.user, password: account.password, output_encoding: account.outputEncoding, global: kwargs['global'] ?? false } };
}

const listed = (value: Value): string[] => (isList(value) ? value.map(str) : str(value).split(','));

export async function setSetting(setting: Setting & { readonly value: Value; readonly multivar: Value }, ctx: Context): Promise<PlainMap> {
  const { name, value, multivar } = setting;
  const report = newReport(name);
  if (value !== null && multivar !== null) return fail(report, "Only one of 'value' and 'multivar' is permitted");
  const place = placeOf(setting, ['global']);
  if ('problem' in place) return fail(report, place.problem);
  const desired = value === null ? listed(multivar) : [str(value)];
  const shown = value === null ? repr(desired) : `'${str(value)}'`;
  const key = `${place.isGlobal ? 'Global key ' : ''}'${name}'`;
  const before = await ctx.call('git.config_get', [], { key: name, ignore_retcode: true, all: true, ...place.args });
  if (equalValues(before, desired)) return returned(report, true, `${key} is already set to ${shown}`);
  const how = before === null ? 'added as' : 'set to';
  if (ctx.test) return plan({ ...report, changes: { old: before, new: desired } }, `${key} would be ${how} ${shown}`);
  const outcome = await tried(ctx.call('git.config_set', [], { key: name, value: value === null ? null : str(value), multivar: value === null ? desired : null, ...place.args }));
  const failed = `Failed to set ${place.isGlobal ? 'global key ' : ''}'${name}' to ${shown}`;
  if ('failure' in outcome) return fail(report, `${failed}: ${gitWords(outcome.failure)}`);
  if (!equalValues(before, outcome.value)) report.changes[name] = { old: before, new: outcome.value };
  return equalValues(outcome.value, desired) ? returned(report, true, `${key} was ${how} ${shown}`) : fail(report, failed);
}

type Matches = Map<string, string[]>;

const toMatches = (value: Value): Matches =>
  new Map((isMap(value) ? mapEntries(value) : []).map(([key, values]) => [str(key), isList(values) ? values.map(str) : [str(values)]]));
const described = (matches: Matches): string => [...matches].map(([key, values]) => `${key} (${values.join(', ')})`).join('; ');

export async function unsetSetting(setting: Setting & { readonly valueRegex: string | null }, ctx: Context): Promise<PlainMap> {
  const { name, valueRegex, kwargs } = setting;
  const report = newReport(name);
  const place = placeOf(setting, ['global', 'all']);
  if ('problem' in place) return fail(report, place.problem);
  const all = kwargs['all'] ?? false;
  const key = `^${name.replace(/^\^+/, '').replace(/\$+$/, '')}$`;
  const matching = async (regex: string | null): Promise<Matches> =>
    toMatches(await ctx.call('git.config_get_regexp', [], { key, value_regex: regex, ignore_retcode: true, ...place.args }));
  const found = await matching(valueRegex);
  if (found.size === 0) return returned(report, true, 'No matching keys are set');
  const greedy = new Map([...found].filter(([, values]) => values.length > 1));
  if (!isTruthy(all) && greedy.size > 0) {
    const what = valueRegex === null ? 'Multivar(s) matched by the key expression' : 'Multiple values are matched by value_regex for the following keys';
    return fail(report, `${what} (set 'all' to True to force removal): ${described(greedy)}`);
  }
  if (ctx.test) return plan({ ...report, changes: Object.fromEntries(found) }, `${found.size} key(s) would have value(s) unset`);
  const before = valueRegex === null ? found : await matching(null);
  const failures: string[] = [];
  for (const one of found.keys()) {
    const outcome = await tried(ctx.call('git.config_unset', [], { key: name, value_regex: valueRegex, all, ...place.args }));
    if ('failure' in outcome) failures.push(one);
  }
  if (failures.length > 0) {
    return fail(report, `Error(s) occurred unsetting values for the following keys (see the minion log for details): ${failures.join(', ')}`);
  }
  const after = await matching(null);
  for (const [one, values] of before) {
    const gone = values.filter((value) => after.get(one)?.includes(value) !== true);
    if (gone.length > 0) report.changes[one] = gone;
  }
  const left = valueRegex === null ? after : await matching(valueRegex);
  return left.size > 0 ? fail(report, `Failed to unset value(s): ${described(left)}`) : returned(report, true, 'Value(s) successfully unset');
}
