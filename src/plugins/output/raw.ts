/** Data as Python writes it, on one line. */
import { defineOutput } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';

export default defineOutput({ name: 'raw', output: (data) => str(data) });
