/**
 * `cmd_json`: what a program prints, read as JSON. `%s` in the command stands for the id of the minion.
 *
 * Source: read, Salt 3008.3; golden: pillar/merging-020 to 027.
 */
import { p } from '../../kernel/contract/params.js';
import { defineExtPillar } from '../../kernel/contract/plugin.js';
import { readJson } from '../../kernel/yaml/read-json.js';
import { commandFor, QUIETLY, readOutput } from './cmd/output.js';

export default defineExtPillar({
  name: 'cmd_json',
  doc: 'What a program prints, read as JSON; `%s` in the command stands for the id of the minion.',
  params: { command: p.string() },
  async extPillar({ command }, ctx, { id }) {
    const line = commandFor(command, id);
    const output = await ctx.call('cmd.run', [line], QUIETLY);
    return readOutput(String(output), readJson, { command: line, format: 'JSON' }, ctx);
  },
});
