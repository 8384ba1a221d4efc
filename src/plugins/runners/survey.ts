/** Groups minions by the equal results of a function: which of these is not like the others? */
import { PythonError } from '../../kernel/contract/errors.js';
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { splitLines } from '../../kernel/std/python-space.js';
import { repr, str } from '../../kernel/std/python-text.js';
import { unifiedDiff } from '../../kernel/std/unified-diff.js';
import { mapEntries, type PlainMap, type Value } from '../../kernel/std/value.js';
import { execute } from './lookup/execute.js';

interface Pool {
  readonly pool: string[];
  readonly result: string;
}

const byId = ([a]: readonly [Value, Value], [b]: readonly [Value, Value]): number => (String(a) < String(b) ? -1 : 1);

/** Largest pool first, or last with `survey_sort=up`; equal ones in the order of their first minion. */
async function pools(ctx: Context, args: readonly Value[], kwargs: PlainMap): Promise<Pool[]> {
  const [tgt, fun, ...arg] = args;
  if (tgt === undefined || fun === undefined) throw new PythonError('IndexError', 'tuple index out of range');
  const { survey_sort: sort = 'down', tgt_type: kind = 'compound', ...rest } = kwargs;
  const kwarg = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('_')));
  const answers = await execute(ctx, { tgt, tgt_type: kind === 'pcre' ? 'pcre' : 'compound', fun: String(fun), arg, kwarg });
  const found = new Map<string, Pool>();
  for (const [id, value] of mapEntries(answers).sort(byId)) {
    const result = str(value);
    const known = found.get(result) ?? { pool: [], result };
    known.pool.push(String(id));
    found.set(result, known);
  }
  const up = sort === 'up' ? 1 : -1;
  return [...found.values()].sort((a, b) => up * (a.pool.length - b.pool.length));
}

const asValues = (found: readonly Pool[]): Value => found.map(({ pool, result }) => ({ pool, result }));

/** Each line ended alike, so that the end of the last line is no difference. */
const linesOf = (text: string): string[] => splitLines(text).map((line) => `${line}\n`);

function report({ pool, result }: Pool, first: Pool): string {
  const head = ['minion pool :', '------------', repr(pool), 'pool size :', '----------', `    ${pool.length}`];
  if (first.pool === pool) return [...head, 'pool result :', '------------', `    ${result}`, ''].join('\n');
  const [from, to] = [first.pool[0] ?? '', pool[0] ?? ''];
  const title = `differences from "${from}" results :`;
  const diff = unifiedDiff(linesOf(first.result), linesOf(result), { from, to, context: 0 }).join('');
  return [...head, title, '-'.repeat(title.length - 1), diff, ''].join('\n');
}

export default defineRunner({
  name: 'survey',
  doc: 'Groups minions by the equal results of a function: which of these is not like the others?',
  functions: {
    hash: fn({
      doc: 'Group minions by the result of a function.\n\nsalt-run survey.hash survey_sort=up "*" file.get_hash /etc/hosts',
      params: { args: p.rest(), kwargs: p.keywords() },
      run: async ({ args, kwargs }, ctx) => asValues(await pools(ctx, args, kwargs)),
    }),
    diff: fn({
      doc: 'Group minions by the result of a function, and print how each group differs from the first.\n\nsalt-run survey.diff "*" cp.get_file_str /etc/hosts',
      params: { args: p.rest(), kwargs: p.keywords() },
      async run({ args, kwargs }, ctx) {
        const found = await pools(ctx, args, kwargs);
        for (const pool of found) ctx.port('runner').print(ctx.job, report(pool, found[0] as Pool));
        return asValues(found);
      },
    }),
  },
});
