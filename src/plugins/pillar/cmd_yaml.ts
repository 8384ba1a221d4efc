/**
 * `cmd_yaml`: what a program prints, read as YAML. `%s` in the command stands for the id of the minion.
 *
 * Source: read, Salt 3008.3; golden: pillar/merging-025.
 */
import { p } from '../../kernel/contract/params.js';
import { defineExtPillar } from '../../kernel/contract/plugin.js';
import { loadYaml } from '../../kernel/yaml/load.js';
import { commandFor, QUIETLY, readOutput } from './cmd/output.js';

export default defineExtPillar({
  name: 'cmd_yaml',
  doc: 'What a program prints, read as YAML; `%s` in the command stands for the id of the minion.',
  params: { command: p.string() },
  async extPillar({ command }, ctx, { id }) {
    const line = commandFor(command, id);
    const output = await ctx.call('cmd.run_stdout', [line], { python_shell: true, ...QUIETLY });
    return readOutput(String(output), (text) => loadYaml(text), { command: line, format: 'YAML' }, ctx);
  },
});
