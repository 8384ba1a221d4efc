/** Answers of web servers. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { sleep } from '../../kernel/std/async.js';
import { linearMatch } from '../../kernel/std/linear-regex.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isMap, isNumber, isTruthy, mapGet, type PlainMap, type Value } from '../../kernel/std/value.js';

/** Between two tries, when the state does not say. */
const INTERVAL_MS = 250;

interface Wish {
  readonly match: Value;
  readonly match_type: Value;
  readonly status: Value;
  readonly status_type: Value;
}

interface Verdict {
  readonly ok: boolean;
  readonly text: string;
}
const found = (ok: boolean, what: string): Verdict => ({ ok, text: ` ${what} was ${ok ? '' : 'not '}found.` });
const searched = (pattern: Value, text: string): boolean => linearMatch(str(pattern), text, 'search') !== undefined;

function bodyVerdict({ match, match_type: kind }: Wish, text: string): Verdict | undefined {
  if (match === null) return undefined;
  if (kind === 'string') return found(text.includes(str(match)), `Match text "${str(match)}"`);
  return kind === 'pcre' ? found(searched(match, text), `Match pattern "${str(match)}"`) : undefined;
}

function statusVerdict({ status, status_type: kind }: Wish, answer: string): Verdict | undefined {
  if (status === null) return undefined;
  if (kind === 'pcre') return found(searched(status, answer), `Status pattern "${str(status)}"`);
  if (kind === 'string') return found(str(status) === answer, `Status ${str(status)}`);
  if (kind !== 'list' || !isList(status)) return undefined;
  const fitting = status.filter((one) => str(one) === answer);
  return fitting.length === 0 ? { ok: false, text: ` Statuses ${str(status)} were not found.` } : { ok: true, text: fitting.map((one) => ` Status ${str(one)} was found.`).join('') };
}

async function query(name: string, wish: Wish, waitFor: Value, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const ret = (result: boolean | null, comment: string, data: Value): PlainMap => ({ name, result, comment, changes: {}, data });
  if (wish.match === null && wish.status === null) return ret(false, ' Either match text (match) or a status code (status) is required.', {});
  const options: PlainMap = { decode: false, ...kwargs, text: true, status: true, ...(ctx.test ? { test: true } : {}) };
  const data = isTruthy(waitFor)
    ? await ctx.call('http.wait_for_successful_query', [name], { ...options, wait_for: waitFor })
    : await ctx.call('http.query', [name], options);
  const part = (key: string): string => (isMap(data) ? str(mapGet(data, key) ?? '') : '');
  const verdicts = [bodyVerdict(wish, part('text')), statusVerdict(wish, part('status'))].filter((verdict) => verdict !== undefined);
  const comment = verdicts.map(({ text }) => text).join('').trim();
  if (ctx.test) return ret(null, `${comment} (TEST MODE${'test_url' in kwargs ? `, TEST URL WAS: ${str(kwargs['test_url'] ?? null)}` : ''})`, data);
  return ret(verdicts.length === 0 ? null : verdicts.every(({ ok }) => ok), comment, data);
}

/** Asks until the answer is the one wanted; what goes wrong meanwhile counts only when time is over. */
async function waitFor(name: string, seconds: number, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const { match = null, match_type = 'string', status = null, status_type = 'string', wait_for = null, ...rest } = kwargs;
  const interval = kwargs['request_interval'];
  const endMs = ctx.sys.now() + seconds * 1000;
  for (;;) {
    const outcome = await query(name, { match, match_type, status, status_type }, wait_for, rest, ctx).catch((error: unknown) => ({ error }));
    const isOver = ctx.sys.now() > endMs;
    if ('error' in outcome) {
      if (isOver || ctx.signal.aborted) throw outcome['error'];
    } else if (outcome['result'] === true || isOver || ctx.test) return outcome;
    await sleep(isNumber(interval) ? Number(interval) * 1000 : INTERVAL_MS, ctx.signal, true);
  }
}

export default defineState({
  name: 'http',
  doc: 'Answers of web servers.',
  functions: {
    query: fn({
      doc: 'Make sure that an address answers with a status, or with a text in its body. Further words are those of `http.query`.',
      params: {
        name: p.string(), match: p.any(null, 'text of the body'), match_type: p.any('string', 'string or pcre'),
        status: p.any(null), status_type: p.any('string', 'string, list or pcre'), wait_for: p.any(null, 'seconds'), kwargs: p.keywords(),
      },
      run: ({ name, wait_for: seconds, kwargs, ...wish }, ctx) => query(name, wish, seconds, kwargs, ctx),
    }),
    wait_for_successful_query: fn({
      doc: 'Ask an address again and again, until it answers as wanted.',
      params: { name: p.string(), wait_for: p.float(300, 'seconds'), kwargs: p.keywords() },
      run: (args, ctx) => waitFor(args.name, args.wait_for, args.kwargs, ctx),
    }),
  },
});
