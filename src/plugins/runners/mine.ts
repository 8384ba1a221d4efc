/** Reads the mine, and has minions fill it. */
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { isList } from '../../kernel/std/value.js';
import { execute } from './lookup/execute.js';

export default defineRunner({
  name: 'mine',
  doc: 'Reads the mine, and has minions fill it.',
  functions: {
    get: fn({
      doc: "Give what minions have put into the mine under a function.\n\nsalt-run mine.get '*' network.interfaces",
      params: { tgt: p.any(), fun: p.any(), tgt_type: p.string('glob') },
      run({ tgt, fun, tgt_type }, ctx) {
        const funs = isList(fun) ? fun.map(String) : String(fun).split(',');
        return ctx.port('mine').get([...new Set(funs)], tgt, tgt_type);
      },
    }),
    update: fn({
      doc: "Have minions put their functions into the mine now.\n\nsalt-run mine.update 'web*'",
      params: { tgt: p.any(), tgt_type: p.string('glob'), clear: p.bool(false, 'forget what was there'), mine_functions: p.any(null, 'only these') },
      run: ({ tgt, tgt_type, clear, mine_functions }, ctx) => execute(ctx, { tgt, tgt_type, fun: 'mine.update', kwarg: { clear, mine_functions } }),
    }),
  },
});
