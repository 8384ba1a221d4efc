/** Data of an event as JSON, as Python writes it; what JSON cannot have is refused. */
import { pythonJson } from '../../../kernel/std/python-json.js';
import type { Value } from '../../../kernel/std/value.js';
import { NeverError } from './forward.js';

/** @throws NeverError */
export function eventJson(value: Value): string {
  const text = pythonJson(value, { indent: null, sortKeys: false });
  if (text === undefined) throw new NeverError('a key of the event is neither text nor number, JSON cannot have it');
  return text;
}
