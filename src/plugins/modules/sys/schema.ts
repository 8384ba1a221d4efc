/** The JSON schema of a state function, as `sys.state_schema` gives it. Source: observed, Salt 3008.3. */
import type { PlainMap, Value } from '../../../kernel/std/value.js';

const TYPES = ['boolean', 'integer', 'number', 'string'];

export function stateSchema(name: string, spec: PlainMap): PlainMap {
  const args = (spec['args'] ?? []) as readonly string[];
  const defaults = (spec['defaults'] ?? []) as readonly Value[];
  const firstDefault = args.length - defaults.length;
  const properties = args.map((arg, at): [string, PlainMap] => {
    // A default of None is left out.
    const fallback = at < firstDefault ? null : defaults[at - firstDefault] ?? null;
    return [arg, { oneOf: TYPES.map((type) => ({ type, title: arg, description: arg, ...(fallback === null ? {} : { default: fallback }) })) }];
  });
  return {
    $schema: 'http://json-schema.org/draft-04/schema#', title: name, description: name, type: 'object',
    properties: Object.fromEntries(properties), 'x-ordering': [...args], additionalProperties: false,
  };
}
