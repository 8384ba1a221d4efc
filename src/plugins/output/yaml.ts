/** Data as YAML, as PyYAML writes it. */
import { defineOutput } from '../../kernel/contract/plugin.js';
import { dumpYaml } from '../../kernel/yaml/dump.js';
import { indentOf } from './parts/indent.js';

export default defineOutput({
  name: 'yaml',
  output(data, opts) {
    const indent = indentOf(opts);
    if (indent === undefined) return dumpYaml(data, { flowStyle: false });
    return indent < 0 ? dumpYaml(data, { flowStyle: true, indent: 0 }) : dumpYaml(data, { flowStyle: false, indent });
  },
});
