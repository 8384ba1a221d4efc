/** Documentation of functions, all at once. */
import { PythonError } from '../../kernel/contract/errors.js';
import type { Context } from '../../kernel/contract/context.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import type { Value } from '../../kernel/std/value.js';

async function docsOf(ctx: Context, kind: 'runners' | 'wheel'): Promise<Record<string, Value>> {
  const catalog = ctx.port('catalog');
  const docs: Record<string, Value> = {};
  for (const name of await catalog.functions(kind)) docs[name] = (await catalog.doc(kind, name)) ?? '';
  return docs;
}

/** What the minion that answered last says: Salt keeps one answer of all, since their keys are the same. */
async function executionDocs(ctx: Context): Promise<Value> {
  let last: Value | undefined;
  const timeoutMs = Number(ctx.opts['timeout'] ?? 5) * 1000;
  for await (const { answered, ret } of ctx.port('local').returns({ tgt: '*', fun: 'sys.doc', timeoutMs }, ctx.signal)) if (answered) last = ret;
  if (last === undefined) throw new PythonError('KeyError', "'ret'");
  return last;
}

export default defineRunner({
  name: 'doc',
  doc: 'Documentation of functions, all at once.',
  functions: {
    runner: fn({
      doc: 'Give the documentation of all runners.\n\nsalt-run doc.runner',
      run: (_args, ctx) => docsOf(ctx, 'runners'),
    }),
    wheel: fn({
      doc: 'Give the documentation of all wheel functions.\n\nsalt-run doc.wheel',
      run: (_args, ctx) => docsOf(ctx, 'wheel'),
    }),
    execution: fn({
      doc: 'Ask the minions for the documentation of their functions.\n\nsalt-run doc.execution',
      run: (_args, ctx) => executionDocs(ctx),
    }),
  },
});
