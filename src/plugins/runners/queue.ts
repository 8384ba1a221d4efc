/**
 * Queues of items for later. They live in backends that users add; neither Salt 3008.3 nor this program brings one, so that
 * every function says which one is missing. Source: golden cli/run-queue-list; read, Salt 3008.3.
 */
import type { Context } from '../../kernel/contract/context.js';
import { InvocationError, PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, mapGet, type Value } from '../../kernel/std/value.js';

const backendParam = p.string('sqlite');
const takeParams = { queue: p.string(), quantity: p.any(1, 'a number, or all'), backend: backendParam, is_runner: p.bool(false) };

/** @throws InvocationError with Salt's words */
function missing(backend: string, fun: string): never {
  throw new InvocationError(`Function "${backend}.${fun}" is not available`);
}

/** What is wrong is told as progress; the answer is False. */
async function processQueue(ctx: Context, backend: string): Promise<boolean> {
  await ctx.port('runner').progress(ctx.job, { errors: `Function "${backend}.pop" is not available` });
  return false;
}

function runnerBackend(ctx: Context, given: string | null): string {
  const preset = ctx.opts['runner_queue'];
  const named: Value = (preset !== undefined && isMap(preset) ? mapGet(preset, 'backend') : undefined) ?? 'pgjsonb';
  return given ?? str(named);
}

export default defineRunner({
  name: 'queue',
  doc: 'Queues of items for later, kept by a backend that users add.',
  functions: {
    insert: fn({
      doc: 'Put items at the end of a queue.\n\nsalt-run queue.insert myqueue myitem',
      params: { queue: p.string(), items: p.any(), backend: backendParam },
      run: ({ backend }) => missing(backend, 'insert'),
    }),
    delete: fn({
      doc: 'Remove items from a queue.\n\nsalt-run queue.delete myqueue myitem',
      params: { queue: p.string(), items: p.any(), backend: backendParam },
      run: ({ backend }) => missing(backend, 'delete'),
    }),
    list_queues: fn({
      doc: 'List the queues of a backend.\n\nsalt-run queue.list_queues',
      params: { backend: backendParam },
      run: ({ backend }) => missing(backend, 'list_queues'),
    }),
    list_length: fn({
      doc: 'Count the items of a queue.\n\nsalt-run queue.list_length myqueue',
      params: { queue: p.string(), backend: backendParam },
      run: ({ backend }) => missing(backend, 'list_length'),
    }),
    list_items: fn({
      doc: 'List the items of a queue.\n\nsalt-run queue.list_items myqueue',
      params: { queue: p.string(), backend: backendParam },
      run: ({ backend }) => missing(backend, 'list_items'),
    }),
    pop: fn({
      doc: 'Take items from the front of a queue.\n\nsalt-run queue.pop myqueue 6',
      params: takeParams,
      run: ({ backend }) => missing(backend, 'pop'),
    }),
    process_queue: fn({
      doc: 'Take items from a queue and fire them as one event.\n\nsalt-run queue.process_queue myqueue 6',
      params: takeParams,
      run: ({ backend }, ctx) => processQueue(ctx, backend),
    }),
    insert_runner: fn({
      doc: "Put the call of a runner into a queue.\n\nsalt-run queue.insert_runner event.send my_tag kwargs='{\"data\": {\"foo\": \"bar\"}}'",
      params: { fun: p.string(), args: p.any(null), kwargs: p.any(null), queue: p.string(null), backend: p.string(null) },
      run: ({ backend }, ctx) => missing(runnerBackend(ctx, backend), 'insert'),
    }),
    process_runner: fn({
      doc: 'Run queued runners.\n\nsalt-run queue.process_runner 5',
      params: { quantity: p.any(1), queue: p.string(null), backend: p.string(null) },
      async run({ backend }, ctx) {
        await processQueue(ctx, runnerBackend(ctx, backend));
        throw new PythonError('TypeError', "'bool' object is not subscriptable");
      },
    }),
  },
});
