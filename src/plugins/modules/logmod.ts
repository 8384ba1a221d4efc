/** Writes to the log of the minion. */
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn, type Fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';

type Level = 'error' | 'warn' | 'info' | 'debug';

/** The levels above `error` are written as errors: the log knows none. */
const write = (name: string, level: Level): Fn => fn({
  doc: `Log a message at the level ${name}.\n\nsalt '*' log.${name} 'A message'`,
  params: { message: p.any() },
  run: ({ message }, ctx) => {
    ctx.log[level]({}, str(message));
    return true;
  },
});

export default defineModule({
  name: 'logmod',
  serves: 'log',
  doc: 'Writes to the log of the minion.',
  alone: ['debug', 'info', 'warning', 'error', 'critical', 'exception'],
  functions: {
    debug: write('debug', 'debug'), info: write('info', 'info'), warning: write('warning', 'warn'), error: write('error', 'error'), critical: write('critical', 'error'), exception: write('exception', 'error'),
  },
});
