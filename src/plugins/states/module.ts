/** Execution functions as states. */
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done } from '../../kernel/contract/state.js';
import { runFunctions } from './module/new-style.js';
import { runNamed } from './module/old-style.js';

/** What the engine adds to every state, and to one that was triggered. */
const NOT_ASKED = ['name', '__reqs__', 'sfun'];

const run = fn({
  doc: 'Run execution functions: each a key with its list of arguments, or one as `name` with its arguments beside it.',
  params: { kwargs: p.keywords() },
  run({ kwargs }, ctx) {
    const keys = Object.keys(kwargs).filter((key) => !NOT_ASKED.includes(key));
    const isOldStyle = keys.some((key) => !key.includes('.')) || (keys.length === 0 && Object.keys(kwargs).length > 0);
    return isOldStyle ? runNamed(kwargs, ctx) : runFunctions(kwargs, ctx);
  },
});

export default defineState({
  name: 'module',
  quickGrains: true,
  doc: 'Execution functions as states.',
  functions: {
    run,
    wait: fn({
      doc: 'Do nothing unless something watched has changed; then run the functions.',
      params: { name: p.string(), kwargs: p.keywords() },
      run: ({ name }) => done(name, ''),
    }),
    mod_watch: run,
  },
  aliases: { watch: 'wait' },
});
