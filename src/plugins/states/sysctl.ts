/** Values of the kernel. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, mapHas, type PlainMap, type Value } from '../../kernel/std/value.js';
import { tried } from './outcome/failure.js';

const words = (text: string): string => text.split(/\s+/).filter((word) => word !== '').join(' ');
const blanksAsOne = (text: string): string => text.replaceAll(/ +|\t+/g, ' ');

/** What a test run says: the file and the running kernel are looked at. */
async function predicted(name: string, value: Value, config: string, ctx: Context): Promise<PlainMap> {
  const configured = await ctx.call('sysctl.show', [], { config_file: config });
  if (configured === null) {
    return wouldChange(name, `Sysctl option ${name} might be changed, we failed to check config file at ${config}. The file is either unreadable, or missing.`);
  }
  const current = str(await ctx.call('sysctl.get', [name]));
  const isConfigured = isMap(configured) && mapHas(configured, name);
  if (current === '' && isConfigured) {
    return wouldChange(name, `Sysctl value ${name} is present in configuration file but is not present in the running config. The value ${name} is set to be changed to ${str(value)}`);
  }
  if (current !== '' && !isConfigured) {
    return blanksAsOne(current) === blanksAsOne(str(value))
      ? wouldChange(name, `Sysctl value is currently set on the running system but not in a config file. Sysctl option ${name} set to be changed to ${str(value)} in config file.`)
      : wouldChange(name, `Sysctl option ${name} set to be changed to ${str(value)}`);
  }
  if (current !== '' && words(current) === words(str(value))) return done(name, `Sysctl value ${name} = ${str(value)} is already set`);
  return wouldChange(name, `Sysctl option ${name} would be changed to ${str(value)}`);
}

async function present(name: string, value: Value, given: Value, ctx: Context): Promise<PlainMap> {
  const config = str(given ?? await ctx.call('sysctl.default_config'));
  if (ctx.test) return predicted(name, value, config, ctx);
  const update = await tried(ctx.call('sysctl.persist', [name, value, config]));
  if ('failure' in update) return failed(name, `Failed to set ${name} to ${str(value)}: ${update.failure.message}`);
  if (update.value === 'Updated') return done(name, `Updated sysctl value ${name} = ${str(value)}`, { [name]: value });
  return done(name, update.value === 'Already set' ? `Sysctl value ${name} = ${str(value)} is already set` : '');
}

export default defineState({
  name: 'sysctl',
  virtual: async (ctx) => (await ctx.has('sysctl.show') ? true : 'sysctl module could not be loaded'),
  doc: 'Values of the kernel, now and after the next boot.',
  functions: {
    present: fn({
      doc: 'Make sure that a value of the kernel is set, in the running system and in a file.',
      params: { name: p.string(), value: p.any(), config: p.any(null) },
      run: ({ name, value, config }, ctx) => present(name, value, config, ctx),
    }),
  },
});
