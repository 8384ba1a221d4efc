/** Data as Python's `pprint` writes it. */
import { defineOutput } from '../../kernel/contract/plugin.js';
import { pformat } from '../../kernel/std/python-pprint.js';
import { indentOf } from './parts/indent.js';

export default defineOutput({
  name: 'pprint',
  output(data, opts) {
    const indent = indentOf(opts);
    return indent === undefined || indent < 0 ? pformat(data) : pformat(data, indent);
  },
});
