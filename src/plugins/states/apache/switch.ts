/** What is enabled in Apache on Debian and what is not: modules, sites and configurations alike. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { p } from '../../../kernel/contract/params.js';
import { defineState, fn, type FunctionPlugin } from '../../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import { isPlainMap, type PlainMap } from '../../../kernel/std/value.js';
import { guarded } from '../outcome/step.js';

interface Kind {
  /** End of the programs: `mod` of `a2enmod`. */
  readonly end: 'mod' | 'site' | 'conf';
  readonly word: 'module' | 'site' | 'conf';
}

async function switched({ end, word }: Kind, verb: 'enable' | 'disable', name: string, ctx: Context): Promise<PlainMap> {
  const on = verb === 'enable';
  if ((await ctx.call(`apache.check_${end}_enabled`, [name]) === true) === on) return done(name, `${name} already ${verb}d.`);
  const changes = { old: on ? null : name, new: on ? name : null };
  if (ctx.test) return wouldChange(name, `Apache ${word} ${name} is set to be ${verb}d.`, changes);
  const answer = await ctx.call(`apache.a2${on ? 'en' : 'dis'}${end}`, [name]);
  const { Status: status = null, Error: words = '' } = isPlainMap(answer) ? answer : {};
  if (typeof status === 'string' && status.includes(`${verb}d`)) return done(name, '', changes);
  const text = `Failed to ${verb} ${name} Apache ${word}${typeof status === 'string' ? ` (${status})` : ''}`;
  return failed(name, words === '' ? text : `${text}: ${String(words)}`);
}

/** The state module of one kind. */
export function switchStates(kind: Kind): FunctionPlugin {
  const what = kind.word === 'conf' ? 'configuration' : kind.word;
  const params = { name: p.string() };
  return defineState({
    name: `apache_${kind.word}`,
    when: { os_family: ['Debian'] },
    virtual: async (ctx) => (await ctx.has(`apache.a2en${kind.end}`) ? true : 'apache module could not be loaded'),
    doc: `${what.charAt(0).toUpperCase()}${what.slice(1)}s of Apache on Debian that are enabled or not.`,
    functions: {
      enabled: fn({ doc: `Make sure that a ${what} is enabled.`, params, run: ({ name }, ctx) => guarded(name, switched(kind, 'enable', name, ctx)) }),
      disabled: fn({ doc: `Make sure that a ${what} is disabled.`, params, run: ({ name }, ctx) => guarded(name, switched(kind, 'disable', name, ctx)) }),
    },
  });
}
