/** Answers to the questions packages ask when they are installed. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { equalValues, isList, isMap, isTruthy, mapEntries, mapFrom, type PlainMap, type Value } from '../../kernel/std/value.js';

const given = (value: Value, fallback: PlainMap): Value => (value === null ? fallback : value);

interface Answer {
  readonly question: string;
  readonly type: string;
  readonly value: string;
}

function answersOf(data: Value): Answer[] {
  if (!isMap(data)) throw new InvocationError('data must be a mapping of questions');
  return mapEntries(data).map(([question, row]) => {
    const { type = null, value = null } = isMap(row) && !(row instanceof Map) ? row : {};
    if (type === null) throw new InvocationError(`The answer to '${str(question)}' needs a type and a value`);
    return { question: str(question), type: str(type), value: type === 'boolean' ? String(isTruthy(value)) : str(value) };
  });
}

async function set(name: string, answers: readonly Answer[], ctx: Context): Promise<PlainMap> {
  const current = await ctx.call('debconf.show', [name]);
  const known = (answer: Answer): boolean => isList(current) && current.some((row) => equalValues(row, [answer.question, answer.type, answer.value]));
  const same = answers.filter(known);
  const changes: [string, Value][] = [];
  for (const answer of answers.filter((one) => !known(one))) {
    const shown = answer.type === 'password' ? '(password hidden)' : answer.value;
    if (ctx.test) {
      changes.push([answer.question, answer.type === 'password' ? shown : `New value: ${shown}`]);
      continue;
    }
    try {
      await ctx.call('debconf.set', [name, answer.question, answer.type, answer.value]);
      changes.push([answer.question, shown]);
    } catch (error) {
      if (!(error instanceof CommandExecutionError)) throw error;
      return failed(name, `Some settings failed to be applied.\n${error.message}`, mapFrom([...changes, [answer.question, 'Failed to set!']]) as PlainMap);
    }
  }
  if (changes.length === 0) return done(name, 'All specified answers are already set');
  const comment = same.length === 0 ? '' : `Unchanged answers: ${same.map(({ question }) => `${question} `).join('')}`;
  return (ctx.test ? wouldChange : done)(name, comment, mapFrom(changes) as PlainMap);
}

async function setFile(name: string, args: { source: string; template: Value; context: Value; defaults: Value; kwargs: PlainMap }, ctx: Context): Promise<PlainMap> {
  const context = given(args.context, {});
  const defaults = given(args.defaults, {});
  if (!isMap(context)) return failed(name, 'Context must be formed as a dict');
  if (!isMap(defaults)) return failed(name, 'Defaults must be formed as a dict');
  if (ctx.test) return wouldChange(name, 'Debconf selections would have been set.');
  try {
    const worked = isTruthy(args.template)
      ? await ctx.call('debconf.set_template', [args.source, args.template, context, defaults], args.kwargs)
      : await ctx.call('debconf.set_file', [args.source], args.kwargs);
    return isTruthy(worked) ? done(name, 'Debconf selections were set.') : failed(name, 'Unable to set debconf selections from file.');
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    return failed(name, `Unable to set debconf selections from file.\n${error.message}`);
  }
}

export default defineState({
  name: 'debconfmod',
  serves: 'debconf',
  when: { os_family: ['Debian'] },
  virtual: async (ctx) => (await ctx.has('debconf.show') ? true : 'debconf module could not be loaded'),
  doc: 'Answers to the questions packages ask when they are installed.',
  functions: {
    set: fn({
      doc: 'Make sure that questions of a package have these answers.',
      params: { name: p.string(), data: p.any(), kwargs: p.keywords() },
      run: (args, ctx) => set(args.name, answersOf(args.data), ctx),
    }),
    set_file: fn({
      doc: 'Set the answers of a file; says that each time, since it does not compare.',
      params: { name: p.string(), source: p.string(), template: p.any(null), context: p.any(null), defaults: p.any(null), kwargs: p.keywords() },
      run: (args, ctx) => setFile(args.name, args, ctx),
    }),
  },
});
