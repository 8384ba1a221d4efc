import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsHost } from '../../../../src/kernel/loader/needs-host.js';

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
