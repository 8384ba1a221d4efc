/** Points in time as users of the job listings write them; without zone, as job ids are. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { readDate } from '../../../kernel/std/date-text.js';

/** Milliseconds since 1970. @throws PythonError (dateutil's ParserError) */
export function parseMoment(text: string, nowUnixMs: number): number {
  const found = readDate(text, nowUnixMs);
  if (found === undefined) throw new PythonError('dateutil.parser._parser.ParserError', `Unknown string format: ${text}`);
  return found;
}
