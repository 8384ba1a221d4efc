/** Queries of users, alone and from a file. Source: read, Salt 3008.3. */
import { isTruthy, type PlainMap } from '../../../kernel/std/value.js';
import type { Answer, Session } from './session.js';

const SELECTING = /^\s*(?:SELECT|SHOW|DESC)/i;

const rounded = (value: number, digits: number): string => String(Number(value.toFixed(digits)));
const human = (seconds: number): string => (seconds < 0.2 ? `${rounded(seconds * 1000, 1)}ms` : `${rounded(seconds, 2)}s`);

export async function runQuery(session: Session, sql: string, now: () => number): Promise<PlainMap> {
  const from = now();
  const answer = await session.ask(sql);
  const seconds = (now() - from) / 1000;
  const time = { human: human(seconds), raw: rounded(seconds, 5) };
  if (!SELECTING.test(sql)) return { 'query time': time, 'rows affected': answer.affected };
  return { 'query time': time, 'rows returned': answer.affected, columns: [...answer.columns], results: answer.rows.map((row) => [...row]) };
}

/** Statements of a text, without comments; a semicolon in quotes is none. */
export function statements(text: string): string[] {
  const found: string[] = [];
  let current = '';
  for (const [part] of text.matchAll(/'(?:[^'\\]|\\[^]|'')*'|"(?:[^"\\]|\\[^]|"")*"|`(?:[^`]|``)*`|--(?=\s|$)[^\n]*|#[^\n]*|\/\*(?!!)[^]*?\*\/|;|[^]/g)) {
    if (part === ';') {
      found.push(current.trim());
      current = '';
    } else current += /^(?:--|#|\/\*)/.test(part) && part.length > 1 ? ' ' : part;
  }
  return [...found, current.trim()].filter((one) => one !== '');
}

/** Sums of all statements; what nothing came of is left out. */
export async function runFile(session: Session, text: string, now: () => number): Promise<PlainMap> {
  const from = now();
  const answers: Answer[] = [];
  const selecting: Answer[] = [];
  for (const sql of statements(text)) {
    const answer = await session.ask(sql);
    (SELECTING.test(sql) ? selecting : answers).push(answer);
  }
  const seconds = (now() - from) / 1000;
  const sum = (list: readonly Answer[]): number => list.reduce((total, one) => total + one.affected, 0);
  const all: PlainMap = {
    'rows returned': sum(selecting), columns: selecting.map((one) => [...one.columns]), results: selecting.map((one) => one.rows.map((row) => [...row])), 'rows affected': sum(answers),
    'query time': { raw: Number(seconds.toFixed(5)), human: `${rounded(seconds, 2)}s` },
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => isTruthy(value)));
}
