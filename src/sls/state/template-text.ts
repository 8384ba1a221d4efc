/**
 * What one text gives that is no SLS file: ids that come from nowhere. It includes, excludes and extends nothing.
 *
 * Source: read and observed, Salt 3008.3 (`state.template_str`).
 */
import { isMap, isTruthy, mapEntries, mapHas, type Value } from '../../kernel/std/value.js';
import { splitDots } from './declarations.js';
import { emptyHigh, text, type Body, type HighData } from './high-data.js';

const TEMPLATE = '<template-str>';
const OF_FILES = ['include', 'exclude', 'extends'];

/** The errors are added to the list. */
export function readTemplate(state: Value, errors: string[]): HighData {
  const high = emptyHigh();
  if (!isTruthy(state)) return high;
  if (!isMap(state)) {
    errors.push(`Template ${TEMPLATE} does not render to a dictionary`);
    return high;
  }
  const word = OF_FILES.find((one) => mapHas(state, one));
  if (word !== undefined) {
    errors.push(`The '${word}' declaration found on '${TEMPLATE}' is invalid when rendering single templates`);
    return high;
  }
  for (const [id, value] of mapEntries(state)) {
    const body = bodyOf(text(id), value, errors);
    if (body !== undefined) high.ids.set(id, body);
  }
  return high;
}

function bodyOf(id: string, value: Value, errors: string[]): Body | undefined {
  if (typeof value === 'string' && value.includes('.')) {
    const [module = '', fun = ''] = value.split('.');
    return new Map<Value, Value>([[module, [fun]]]);
  }
  if (!isMap(value)) {
    errors.push(`ID ${id} in template ${TEMPLATE} is not a dictionary`);
    return undefined;
  }
  const body: Body = new Map(mapEntries(value));
  for (const [key, args] of body) {
    if (args === null && !text(key).startsWith('_')) {
      errors.push(`ID '${id}' in template ${TEMPLATE} contains a short declaration (${text(key)}) with a trailing colon. `
        + 'When not passing any arguments to a state, the colon must be omitted.');
    }
  }
  if (!splitDots(body)) errors.push(`ID '${id}' in template '${TEMPLATE}' contains multiple state declarations of the same type`);
  return body;
}
