/** Queries in databases of MySQL and MariaDB, their results kept in a file or a grain. Source: read, Salt 3006, which 3008 has no more. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { guarded } from './outcome/step.js';
import { virtual } from './mysql/shared.js';
import { saltenvOf } from './outcome/saltenv.js';

interface Wish {
  readonly name: string;
  readonly database: string;
  readonly output: Value;
  readonly grain: Value;
  readonly key: Value;
  readonly overwrite: Value;
  readonly check_db_exists: Value;
}

/** Where the result goes: words for the comment, and what is there already. */
interface Place {
  readonly words: string;
  readonly kept: string | undefined;
}

async function placeOf({ output, grain, key, overwrite }: Wish, ctx: Context): Promise<Place | undefined> {
  if (output === null) return undefined;
  if (output !== 'grain') {
    const there = !isTruthy(overwrite) && await ctx.sys.exists(str(output));
    return { words: `file: ${str(output)}`, kept: there ? `File ${str(output)}` : undefined };
  }
  const names = await ctx.call('grains.ls');
  const known = isList(names) && names.includes(grain);
  if (key === null) return { words: `grain: ${str(grain)}`, kept: known && !isTruthy(overwrite) ? `Grain ${str(grain)}` : undefined };
  const value = known ? await ctx.call('grains.get', [grain]) : {};
  const has = isPlainMap(value) && Object.hasOwn(value, str(key));
  return { words: `grain: ${str(grain)}:${str(key)}`, kept: has && !isTruthy(overwrite) ? `Grain ${str(grain)}:${str(key)}` : undefined };
}

/** Rows as maps by the names of their columns. */
function withMaps(answer: PlainMap): PlainMap {
  const [columns, results] = [answer['columns'] ?? null, answer['results'] ?? null];
  if (!isList(columns) || !isList(results) || columns.some(isList)) return answer;
  return { ...answer, results: results.map((row): PlainMap => Object.fromEntries(columns.map((column, at) => [str(column), isList(row) ? row[at] ?? null : null]))) };
}

const asLines = (map: Value): string => (isPlainMap(map) ? Object.entries(map).map(([key, value]) => `${key}:${str(value)}\n`).join('') : `${str(map)}\n`);

async function keep({ output, grain, key }: Wish, answer: PlainMap, ctx: Context): Promise<string> {
  if (output === null) return 'Executed';
  if (output !== 'grain') {
    const rows = answer['results'] ?? null;
    await ctx.sys.writeFile(str(output), isList(rows) ? rows.map(asLines).join('') : asLines(answer));
    return `Executed. Output into ${str(output)}`;
  }
  const before = key === null ? null : await ctx.call('grains.get', [grain]);
  await ctx.call('grains.setval', [grain, key === null ? answer : { ...isPlainMap(before) ? before : {}, [str(key)]: answer }]);
  return `Executed. Output into grain: ${str(grain)}${key === null ? '' : `:${str(key)}`}`;
}

/** Differs: a database that is not there is a failure; in a test run it may yet come. */
async function executed(wish: Wish, given: PlainMap, ask: () => Promise<Value>, ctx: Context): Promise<PlainMap> {
  const { name, database, output, grain } = wish;
  if (isTruthy(wish.check_db_exists) && await ctx.call('mysql.db_exists', [database], given) !== true) {
    return ctx.test ? wouldChange(name, `Database ${database} is not present`) : failed(name, `Database ${database} is not present`);
  }
  if (output === 'grain' && grain === null) return failed(name, "Error: output type 'grain' needs the grain parameter\n");
  const place = await placeOf(wish, ctx);
  if (place?.kept !== undefined) return done(name, `No execution needed. ${place.kept} already set`);
  const foretold = place === undefined ? 'Executed' : `Executed. Output into ${place.words.replace(/^file: /, '')}`;
  if (ctx.test) return wouldChange(name, place === undefined ? 'Query would execute, not storing result' : `Query would execute, storing result in ${place.words}`, { query: foretold });
  const answer = await ask();
  const result = withMaps(isPlainMap(answer) ? answer : {});
  return done(name, str(result), { query: await keep(wish, result, ctx) });
}

const kept = { output: p.any(null, 'a file, or `grain`'), grain: p.any(null), key: p.any(null), overwrite: p.any(true) };

export default defineState({
  name: 'mysql_query',
  virtual,
  doc: 'Queries in databases of MySQL and MariaDB.',
  functions: {
    run: fn({
      doc: 'Run a query; with overwrite False only when its result is not kept yet.',
      params: { name: p.string(), database: p.string(), query: p.string(), ...kept, check_db_exists: p.any(true), client_flags: p.any(null), connection_args: p.keywords() },
      run: ({ query, connection_args: given, ...wish }, ctx) => guarded(wish.name, () => executed(wish, given, () => ctx.call('mysql.query', [wish.database, query], given), ctx)),
    }),
    run_file: fn({
      doc: 'Run the statements of a file; with overwrite False only when their result is not kept yet.',
      params: { name: p.string(), database: p.string(), query_file: p.string(null), ...kept, saltenv: p.any(null), check_db_exists: p.any(true), connection_args: p.keywords() },
      run: ({ query_file: file, saltenv, connection_args: given, ...wish }, ctx) => guarded(wish.name, async () => {
        const path = file ?? '';
        const cached = /^(?:https?|salt|s3|swift):\/\//.test(path) ? await ctx.call('cp.cache_file', [path], { saltenv: isTruthy(saltenv) ? saltenv : saltenvOf(ctx) }) : path;
        const local = isTruthy(cached) ? str(cached) : '';
        if (local === '' || !await ctx.sys.exists(local)) return failed(wish.name, `File ${path} does not exist`);
        return executed(wish, given, () => ctx.call('mysql.file_query', [wish.database, local], given), ctx);
      }),
    }),
  },
});
