/** The table of all files, by the program locate. */
import type { Context } from '../../kernel/contract/context.js';
import { InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { splitLines } from '../../kernel/std/python-space.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap } from '../../kernel/std/value.js';

/** Letters of the program by Salt's words. */
const LETTERS: Readonly<Record<string, string>> = { basename: 'b', count: 'c', existing: 'e', follow: 'L', ignore: 'i', nofollow: 'P', wholename: 'w' };

const told = async (argv: readonly string[], ctx: Context): Promise<string[]> => splitLines(str(await ctx.call('cmd.run', [argv], { python_shell: false })));

function searchWords(pattern: string, database: string, limit: number, kwargs: PlainMap): string[] {
  if (pattern.includes('\0') || database.startsWith('-')) throw new InvocationError('The pattern or the database is not valid');
  const letters = Object.entries(kwargs).filter(([, value]) => isTruthy(value)).map(([name]) => LETTERS[name] ?? '').join('');
  return [
    'locate', ...(letters === '' ? [] : [`-${letters}`]), ...(database === '' ? [] : ['-d', database]), ...(limit > 0 ? ['-l', String(limit)] : []),
    ...(isTruthy(kwargs['regex']) ? ['--regex'] : []), '--', ...pattern.split(/\s+/).filter((word) => word !== ''),
  ];
}

export default defineModule({
  name: 'locate',
  when: { kernel: ['Linux'] },
  doc: 'Finds files by the table of all files.',
  functions: {
    version: fn({
      doc: "Give what the program says of itself, line by line.\n\nsalt '*' locate.version",
      run: (_args, ctx) => told(['locate', '-V'], ctx),
    }),
    stats: fn({
      doc: "Give how large the table is.\n\nsalt '*' locate.stats",
      async run(_args, ctx) {
        return Object.fromEntries((await told(['locate', '-S'], ctx)).map((line): [string, string] => {
          const [first = '', ...rest] = line.trim().split(/\s+/);
          return line.startsWith('Database') ? ['database', (rest[0] ?? '').replaceAll(':', '')] : [rest.join(' '), first];
        }));
      },
    }),
    updatedb: fn({
      doc: "Make the table anew.\n\nsalt '*' locate.updatedb",
      run: (_args, ctx) => told(['updatedb'], ctx),
    }),
    locate: fn({
      doc: "Find files by patterns. Further words: basename, count, existing, follow, ignore, nofollow, wholename, regex.\n\nsalt '*' locate.locate .bashrc limit=5 ignore=True",
      params: { pattern: p.string(), database: p.string(''), limit: p.int(0), kwargs: p.keywords() },
      run: (args, ctx) => told(searchWords(args.pattern, args.database, args.limit, args.kwargs), ctx),
    }),
  },
});
