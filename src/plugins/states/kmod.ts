/** Modules of the kernel. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

const namesOf = (name: string, mods: Value): string[] => (isList(mods) ? [...new Set(mods.map(str))] : [name]);
const listed = async (only: boolean, ctx: Context): Promise<string[]> => (await ctx.call('kmod.mod_list', only ? [true] : []) as readonly Value[]).map(str);

/** `Kernel module a is x`, or the form for several; nothing for none. */
function told(names: readonly string[], one: (name: string) => string, many: (names: string) => string): string[] {
  return names.length === 0 ? [] : [names.length === 1 ? one(String(names[0])) : many(names.join(', '))];
}

interface Outcome {
  readonly yes: string[];
  readonly no: string[];
  readonly failed: (readonly [mod: string, words: string])[];
  readonly changes: Record<string, string>;
}

/** Calls a function for each module that an earlier one has not brought along. */
async function forEach(mods: readonly string[], word: string, call: (mod: string) => Promise<Value>): Promise<Outcome> {
  const outcome: Outcome = { yes: [], no: [], failed: [], changes: {} };
  for (const mod of mods) {
    if (mod in outcome.changes) {
      outcome.yes.push(mod);
      continue;
    }
    const answer = await call(mod);
    if (!isList(answer)) outcome.failed.push([mod, str(answer)]);
    else if (answer.length === 0) outcome.no.push(mod);
    else {
      for (const module of answer) outcome.changes[str(module)] = word;
      outcome.yes.push(mod);
    }
  }
  return outcome;
}

function outcomeLines({ yes, no, failed: bad }: Outcome, did: string, could: string): string[] {
  return [
    ...told(yes, (mod) => `${did} kernel module ${mod}`, (mods) => `${did} kernel modules ${mods}`),
    ...told(no, (mod) => `Failed to ${could} kernel module ${mod}`, (mods) => `Failed to ${could} kernel modules ${mods}`),
    ...bad.map(([mod, words]) => `Failed to ${could} kernel module ${mod}: ${words}`),
  ];
}

async function present(name: string, persist: Value, mods: readonly string[], ctx: Context): Promise<PlainMap> {
  const running = await listed(false, ctx);
  const lasting = isTruthy(persist) ? await listed(true, ctx) : running;
  const there = mods.filter((mod) => running.includes(mod) && lasting.includes(mod));
  const missing = mods.filter((mod) => !there.includes(mod));
  const lines = told(there, (mod) => `Kernel module ${mod} is already present`, (all) => `Kernel modules ${all} are already present`);
  if (missing.length === 0) return done(name, lines.join('\n'));
  if (ctx.test) {
    lines.push(...told(missing, (mod) => `Kernel module ${mod} is set to be loaded`, (all) => `Kernel modules ${all} are set to be loaded`));
    return { name, changes: {}, result: null, comment: lines.join('\n') };
  }
  const possible = (await ctx.call('kmod.available') as readonly Value[]).map(str);
  const impossible = missing.filter((mod) => !possible.includes(mod));
  lines.push(...told(impossible, (mod) => `Kernel module ${mod} is unavailable`, (all) => `Kernel modules ${all} are unavailable`));
  const outcome = await forEach(missing.filter((mod) => possible.includes(mod)), 'loaded', (mod) => ctx.call('kmod.load', [mod, persist]));
  lines.push(...outcomeLines(outcome, 'Loaded', 'load'));
  return { name, changes: outcome.changes, result: impossible.length + outcome.no.length + outcome.failed.length === 0, comment: lines.join('\n') };
}

async function absent(name: string, options: { persist: Value; comment: Value }, mods: readonly string[], ctx: Context): Promise<PlainMap> {
  const known = [...await listed(false, ctx), ...(isTruthy(options.persist) ? await listed(true, ctx) : [])];
  const there = mods.filter((mod) => known.includes(mod));
  if (there.length === 0) return done(name, told(mods, (mod) => `Kernel module ${mod} is already removed`, (all) => `Kernel modules ${all} are already removed`).join('\n'));
  if (ctx.test) {
    const lines = told(there, (mod) => `Kernel module ${mod} is set to be removed`, (all) => `Kernel modules ${all} are set to be removed`);
    return { name, changes: {}, result: null, comment: lines.join('\n') };
  }
  const outcome = await forEach(there, 'removed', (mod) => ctx.call('kmod.remove', [mod, options.persist, options.comment]));
  return { name, changes: outcome.changes, result: outcome.no.length + outcome.failed.length === 0, comment: outcomeLines(outcome, 'Removed', 'remove').join('\n') };
}

const mods = p.any(null, 'several modules in one state');
const persist = p.any(false, 'also at each start');

export default defineState({
  name: 'kmod',
  virtual: async (ctx) => (await ctx.has('kmod.available') ? true : 'kmod module could not be loaded'),
  doc: 'Modules of the kernel.',
  functions: {
    present: fn({
      doc: 'Make sure that modules are loaded.',
      params: { name: p.string(), persist, mods },
      run: (args, ctx) => present(args.name, args.persist, namesOf(args.name, args.mods), ctx),
    }),
    absent: fn({
      doc: 'Make sure that modules are not loaded.',
      params: { name: p.string(), persist, comment: p.any(true, 'leave it as a comment in the file'), mods },
      run: (args, ctx) => absent(args.name, args, namesOf(args.name, args.mods), ctx),
    }),
  },
});
