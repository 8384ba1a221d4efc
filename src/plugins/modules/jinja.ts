/** Values that templates and data files of formulas give, to look at them from outside. Source: observed, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import type { Value } from '../../kernel/std/value.js';

/** Renders a template that imports the value and prints it, by the usual pipe. It is a file at the top of a tree, as Salt's temporary one is. */
function loaded(text: string, ctx: Context): Promise<Value> {
  return ctx.port('render').pipe(text, { saltenv: 'base', variables: {}, path: 'template.sls' });
}

const imported = (kind: 'yaml' | 'json', path: string, ctx: Context): Promise<Value> => loaded(`{% import_${kind} "${path}" as imported %}\n{{ imported | tojson }}\n`, ctx);
const PATH = { path: p.string() };

export default defineModule({
  name: 'jinja',
  doc: 'Values that templates and data files of formulas give.',
  functions: {
    load_map: fn({
      doc: "Give a value that a map file exports.\n\nsalt '*' jinja.load_map myformula/map.jinja myformula", params: { ...PATH, value: p.string() },
      run: ({ path, value }, ctx) => loaded(`{% from "${path}" import ${value} with context %}\n{{ ${value} | tojson }}\n`, ctx),
    }),
    import_yaml: fn({ doc: "Give the data of a YAML file, as templates import it.\n\nsalt '*' jinja.import_yaml myformula/foo.yaml", params: PATH, run: ({ path }, ctx) => imported('yaml', path, ctx) }),
    import_json: fn({ doc: "Give the data of a JSON file, as templates import it.\n\nsalt '*' jinja.import_json myformula/foo.json", params: PATH, run: ({ path }, ctx) => imported('json', path, ctx) }),
  },
});
