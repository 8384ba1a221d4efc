/** Functions that are declared to look at nothing of their host do not; and how that is told from their source. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FunctionPlugin } from '../../../../src/kernel/contract/plugin.js';
import { needsHost } from '../../../support/needs-host.js';

interface Ctx { grains: Record<string, string>; sys: { now(): number }; call(fun: string): Promise<string>; port(name: string): unknown; opts: object }
const help = (ctx: Ctx): unknown => ctx.grains;

const cannot: readonly [string, (...words: never[]) => unknown][] = [
  ['no parameters', () => true],
  ['no context', ({ text }: { text: string }) => text],
  ['a method without context', { run({ text }: { text: string }) { return text; } }.run],
  ['only the clock', (_: object, ctx: Ctx) => ctx.sys.now()],
  ['only other functions', async ({ a }: { a: string }, ctx: Ctx) => `${a}${await ctx.call('x.y')}`],
  ['a word that ends like the context', (a: { ctx: string }, context: Ctx) => [a.ctx, context.opts]],
];
for (const [title, run] of cannot) test(`cannot: ${title}`, () => assert.equal(needsHost(run), false));

const may: readonly [string, (...words: never[]) => unknown][] = [
  ['reads them', (_: object, ctx: Ctx) => ctx.grains],
  ['reads them by a computed name', (_: object, ctx: Ctx) => ctx['grains']],
  ['hands the context on', (_: object, ctx: Ctx) => help(ctx)],
  ['spreads it', (_: object, ctx: Ctx) => ({ ...ctx })],
  ['uses a port', (_: object, ctx: Ctx) => ctx.port('match')],
  ['destructures it', (_: object, { grains }: Ctx) => grains],
  ['takes all its arguments', (...all: unknown[]) => help(all[1] as Ctx)],
  ['has a default before the context', (_: object = {}, ctx: Ctx = { grains: {} } as Ctx) => ctx.grains],
  ['takes arguments unseen', function run() { return help((arguments as unknown as Ctx[])[1] as Ctx); }],
  ['cannot be read', help.bind(undefined) as (...words: never[]) => unknown],
];
for (const [title, run] of may) test(`may: ${title}`, () => assert.equal(needsHost(run), true));

test('what plugins declare as alone looks at nothing of its host', async () => {
  const folder = join(import.meta.dirname, '../../../../src/plugins/modules');
  let declared = 0;
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.js'))) {
    const { functions, alone = [] } = (await import(join(folder, file)) as { default: FunctionPlugin }).default;
    for (const name of alone) assert.equal(needsHost(functions[name]?.run ?? assert.fail(`${file} has no ${name}`)), false, `${file}: ${name}`);
    declared += alone.length;
  }
  assert.ok(declared > 40);
});
