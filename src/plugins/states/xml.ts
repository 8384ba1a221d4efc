/**
 * Values in files of XML. Source: read, Salt 3006 (3008 has the module without the state).
 *
 * Differs: an element without text gets one (Salt calls it not found), and a number is compared as the text it becomes.
 */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap } from '../../kernel/std/value.js';
import { guarded } from './outcome/step.js';

async function valuePresent(name: string, xpath: string, value: string, test: boolean, ctx: Context): Promise<PlainMap> {
  const current = await ctx.call('xml.get_value', [name, xpath]);
  if (current === false) return failed(name, `xpath query ${xpath} not found in ${name}`);
  const old = current === null ? '' : str(current);
  if (old === value) return done(name, `${value} is already present`);
  const changes = { [name]: { old, new: value } };
  if (test) return wouldChange(name, `${name} will be updated`, changes);
  return isTruthy(await ctx.call('xml.set_value', [name, xpath, value])) ? done(name, `${name} updated`, changes) : failed(name, `xpath query ${xpath} not found in ${name}`);
}

export default defineState({
  name: 'xml',
  virtual: async (ctx) => (await ctx.has('xml.get_value') ? true : 'The xml execution module is not available'),
  doc: 'Values in files of XML.',
  functions: {
    value_present: fn({
      doc: 'Make sure that an element of a file has a text.',
      params: { name: p.string(), xpath: p.string(), value: p.any(), kwargs: p.keywords() },
      run: ({ name, xpath, value, kwargs }, ctx) =>
        guarded(name, () => valuePresent(name, xpath, str(value), 'test' in kwargs ? isTruthy(kwargs['test'] ?? false) : ctx.test, ctx)),
    }),
  },
});
