/** Calls execution functions: on the master itself, or on minions. */
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { isList, isMap, isPlainMap, isTruthy, type Value } from '../../kernel/std/value.js';
import { execute } from './lookup/execute.js';

const argsOf = (arg: Value): readonly Value[] => (isList(arg) ? arg : arg === null ? [] : [arg]);

export default defineRunner({
  name: 'salt',
  doc: 'Calls execution functions: on the master itself, or on minions.',
  functions: {
    cmd: fn({
      doc: 'Run an execution function on the master; with_pillar=True compiles its pillar first.\n\nsalt-run salt.cmd test.arg 1 2 a=1',
      params: { fun: p.string(), args: p.rest(), kwargs: p.keywords() },
      async run({ fun, args, kwargs }, ctx) {
        const { with_pillar = false, ...given } = kwargs;
        const own = Object.fromEntries(Object.entries(given).filter(([name]) => !name.startsWith('__')));
        const done = await ctx.port('masterModules').call({ fun, args, kwargs: own, withPillar: isTruthy(with_pillar), signal: ctx.signal });
        return done === undefined ? `'${fun}' is not available.` : done.value;
      },
    }),
    execute: fn({
      doc: "Run an execution function on minions.\n\nsalt-run salt.execute 'web*' test.ping",
      params: {
        tgt: p.any(), fun: p.any(), arg: p.any([]), timeout: p.float(null, 'seconds'), tgt_type: p.string('glob'), ret: p.string('', 'returner'),
        jid: p.string(''), kwarg: p.any(null, 'keyword arguments of the function'), kwargs: p.keywords(),
      },
      run({ tgt, fun, arg, timeout, tgt_type, ret, jid, kwarg, kwargs }, ctx) {
        const { metadata } = kwargs;
        return execute(ctx, {
          tgt, tgt_type, fun: isList(fun) ? fun.map(String) : String(fun), arg: argsOf(arg), ret,
          ...(isMap(kwarg) && isPlainMap(kwarg) ? { kwarg } : {}),
          ...(timeout === null || timeout === 0 ? {} : { timeoutMs: timeout * 1000 }),
          ...(jid === '' ? {} : { jid }),
          ...(isPlainMap(metadata) ? { metadata } : {}),
        });
      },
    }),
  },
});
