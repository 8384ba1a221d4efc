/** The outputter for most answers: an indented tree. */
import { defineOutput } from '../../kernel/contract/plugin.js';
import { nestedText } from './parts/nested.js';

export default defineOutput({
  name: 'nested',
  output(data, opts, { retcode = 0, nestedIndent }) {
    const indent = nestedIndent === undefined || nestedIndent === 0 ? Number(opts['nested_indent'] ?? 0) : nestedIndent;
    return nestedText(data, opts, { indent, failed: retcode !== 0 });
  },
});
