/** Text of values as the outputters of the command line print it. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../kernel/std/value.js';

interface Asked {
  readonly data: Value;
  readonly out: string;
  readonly opts: Value;
}

/** No terminal reads along: there are colours only when they are forced. */
async function formatted({ data, out, opts }: Asked, ctx: Context): Promise<string | null> {
  const given: PlainMap = isMap(opts) && isTruthy(opts) ? Object.fromEntries(mapEntries(opts).map(([key, value]) => [String(key), value])) : { ...ctx.opts };
  const color = isTruthy(given['force_color'] ?? false) || (isTruthy(given['color'] ?? false) && !isTruthy(given['no_color'] ?? false));
  return await ctx.port('output').format(data, out === '' ? 'nested' : out, { ...given, color }) ?? null;
}

async function plain(asked: Asked, ctx: Context): Promise<string> {
  // oxlint-disable-next-line no-control-regex -- the escape sequences of terminals are what is looked for
  return (await formatted(asked, ctx) ?? '').replace(/\x1b[^m]*m/g, '');
}

const ASKED = { data: p.any(), out: p.string('nested'), opts: p.any(null), kwargs: p.keywords() };

export default defineModule({
  name: 'out',
  doc: 'Text of values as the outputters of the command line print it.',
  functions: {
    out_format: fn({ doc: "Give the text of an outputter.\n\nsalt '*' out.out_format \"{'key': 'value'}\" out=yaml", params: ASKED, run: (args, ctx) => formatted(args, ctx) }),
    string_format: fn({ doc: "Give the text of an outputter without colours.\n\nsalt '*' out.string_format \"{'key': 'value'}\" out=table", params: ASKED, run: (args, ctx) => plain(args, ctx) }),
    html_format: fn({
      doc: "Give the text of an outputter with blanks and line ends for HTML.\n\nsalt '*' out.html_format \"{'key': 'value'}\" out=yaml", params: ASKED,
      run: async (args, ctx) => (await plain(args, ctx)).replaceAll(' ', '&nbsp;').replaceAll('\n', '<br />'),
    }),
  },
});
