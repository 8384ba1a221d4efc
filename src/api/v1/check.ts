/** Holds what was sent against its schema. The owner of typebox's checks. */
import type { TObject } from 'typebox';
import { Convert, Default, Errors } from 'typebox/value';
import { isPlainMap, type PlainMap } from '../../kernel/std/value.js';
import { InvalidInput } from './problem.js';

/** With defaults. @throws InvalidInput */
export function checked(schema: object, value: unknown): PlainMap {
  const filled = Default(schema, value);
  const faults = [...Errors(schema, filled)].slice(0, 20).map(({ instancePath, message }) => ({ field: instancePath.replace(/^\//, ''), message }));
  if (faults.length > 0 || !isPlainMap(filled)) throw new InvalidInput(faults.length > 0 ? faults : [{ field: '', message: 'must be an object' }]);
  return filled;
}

/** Texts of a query become numbers and truth values where the schema wants them. @throws InvalidInput */
export function checkedQuery(schema: object, query: unknown): PlainMap {
  const given: Record<string, unknown> = { ...(query as Record<string, unknown>) };
  const known = Object.keys((schema as TObject).properties);
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new InvalidInput(unknown.map((field) => ({ field, message: 'is not known' })));
  return checked(schema, Convert(schema, given));
}
