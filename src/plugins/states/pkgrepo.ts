/** Sources of packages. */
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { isTruthy } from '../../kernel/std/value.js';
import { absent } from './pkgrepo/absent.js';
import { managed } from './pkgrepo/managed.js';

export default defineState({
  name: 'pkgrepo',
  quickGrains: true,
  virtual: async (ctx) => (await ctx.has('pkg.mod_repo') ? true : 'pkg module has no function mod_repo'),
  doc: 'Sources of packages and the keys that sign them.',
  functions: {
    managed: fn({
      doc: 'Make sure that a source of packages is configured; its name is the whole line, or the name of the source where the system has names.',
      params: { name: p.string(), ppa: p.any(null), copr: p.any(null), aptkey: p.any(true), kwargs: p.keywords() },
      run: ({ aptkey, ...asked }, ctx) => managed({ ...asked, aptkey: isTruthy(aptkey) }, ctx),
    }),
    absent: fn({
      doc: 'Make sure that a source of packages is not configured; with `keyid` its key goes as well.',
      params: { name: p.string(), kwargs: p.keywords() },
      run: ({ name, kwargs }, ctx) => absent(name, kwargs, ctx),
    }),
  },
});
