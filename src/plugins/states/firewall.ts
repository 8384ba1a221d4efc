/** Looks whether a port of a host can be reached. */
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done } from '../../kernel/contract/state.js';
import { isPlainMap, isTruthy } from '../../kernel/std/value.js';
import { guarded } from './outcome/step.js';

export default defineState({
  name: 'firewall',
  virtual: async (ctx) => (await ctx.has('network.connect') ? true : 'network module could not be loaded'),
  doc: 'Looks whether a port of a host can be reached.',
  functions: {
    check: fn({
      doc: 'Make sure that a port of a host takes connections; `proto`, `family` and `timeout` may be given.',
      params: { name: p.string(), port: p.any(null), kwargs: p.keywords() },
      run: ({ name, port, kwargs: { test: isTest, ...options } }, ctx) => guarded(name, async () => {
        if (isTest === undefined ? ctx.test : isTruthy(isTest)) return done(name, 'The connection will be tested');
        const answer = await ctx.call('network.connect', [name, port], options);
        const { result = false, comment = '' } = isPlainMap(answer) ? answer : {};
        return { name, result, changes: {}, comment };
      }),
    }),
  },
});
