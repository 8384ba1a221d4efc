/** Configuration of Apache, written from maps and lists. Source: read, Salt 3008.3 (`apache._parse_config`). Differs: numbers are written, too. */
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isMap, mapEntries, mapGet, type Value } from '../../../kernel/std/value.js';

const DEPTH_MAX = 50;
/** What stands in the opening of a section. */
const ATTRIBUTE = 'this';

function sectionOf(items: readonly (readonly [Value, Value])[], slot: string, attribute: Value, depth: number): string {
  const inner = items.filter(([key]) => key !== ATTRIBUTE).map(([key, value]) => `${directive(value, str(key), depth + 1)}\n`);
  return `<${slot} ${str(attribute)}>\n${inner.join('')}</${slot}>\n`;
}

/** One directive, or a section with all that is in it. @throws CommandExecutionError for a section without `this` */
export function directive(value: Value, slot: string, depth = 0): string {
  if (depth > DEPTH_MAX) throw new InvocationError('The configuration is nested too deeply');
  if (isList(value)) {
    const attribute = value.map((item) => (isMap(item) ? mapGet(item, ATTRIBUTE) : undefined)).findLast((one) => one !== undefined);
    if (attribute !== undefined) return sectionOf(value.flatMap((item) => (isMap(item) ? mapEntries(item) : [])), slot, attribute, depth);
    return value.map((item) => `${directive(item, slot, depth + 1)}\n`).join('');
  }
  if (!isMap(value)) return `${slot} ${str(value)}`;
  const attribute = mapGet(value, ATTRIBUTE);
  if (attribute === undefined) throw new CommandExecutionError(`Apache section container "<${slot}>" expects attribute. Specify it using key "this".`);
  return sectionOf(mapEntries(value), slot, attribute, depth);
}

export function configText(config: readonly Value[]): string {
  return config.map((entry) => {
    const [first] = isMap(entry) ? mapEntries(entry) : [];
    if (first === undefined) throw new InvocationError('Each part of the configuration must be a map');
    return directive(first[1], str(first[0]));
  }).join('\n');
}
