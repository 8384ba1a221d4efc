/** Reads the configuration of the master. */
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { DEFAULT_DELIMITER, traverse } from '../../kernel/std/traverse.js';

export default defineRunner({
  name: 'config',
  doc: 'Reads the configuration of the master.',
  functions: {
    get: fn({
      doc: 'Give a master option, also one inside others.\n\nsalt-run config.get file_roots:base',
      params: { key: p.any(), default: p.any('', 'when there is no such option'), delimiter: p.string(DEFAULT_DELIMITER) },
      run: ({ key, default: fallback, delimiter }, ctx) => traverse({ ...ctx.opts }, key, fallback, delimiter),
    }),
  },
});
