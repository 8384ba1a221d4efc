/** Times as Salt writes them in certificates' words: `2026-01-02 03:04:05`, UTC. */
import { PythonError } from '../../contract/errors.js';

export function readSaltTime(text: string): number {
  const found = /^(\d{4})-(\d{1,2})-(\d{1,2}) (\d{1,2}):(\d{1,2}):(\d{1,2})$/.exec(text);
  if (found === null) throw new PythonError('ValueError', `time data '${text}' does not match format '%Y-%m-%d %H:%M:%S'`);
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

export const saltTime = (unixMs: number): string => new Date(unixMs).toISOString().slice(0, 19).replace('T', ' ');
