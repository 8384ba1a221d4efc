/** Results of state runs: a block or a line for each state, then a summary. */
import { defineOutput } from '../../kernel/contract/plugin.js';
import { highstateText } from './highstate/hosts.js';
import { viewOf } from './highstate/view.js';

export default defineOutput({
  name: 'highstate',
  output: (data, opts, options) => highstateText(data, viewOf(opts, options.placeOf), 1),
});
