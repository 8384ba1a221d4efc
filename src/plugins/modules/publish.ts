/** Lets a minion ask others, and runners, through the master; the options `peer` and `peer_run` of the master say what is allowed. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError, PythonError, TsaltError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import type { MasterPort } from '../../kernel/contract/ports.js';
import { sleep } from '../../kernel/std/async.js';
import { repr, str } from '../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, mapFrom, mapGet, mapHas, mapSize, typeName, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { readWord } from '../../kernel/yaml/word.js';

/** Time between two questions for the returns. Source: golden wire/calls, read. */
const ASK_AGAIN_MS = 300;

interface Request {
  readonly tgt: Value;
  readonly fun: string;
  readonly arg: Value;
  readonly tgt_type: Value;
  readonly returner: Value;
  readonly timeout: Value;
}

/** The line to the master; undefined on a minion that has none. */
function masterOf(ctx: Context): MasterPort | undefined {
  try {
    return ctx.port('master');
  } catch (err) {
    if (err instanceof CommandExecutionError) return undefined;
    throw err;
  }
}

/** `[1, 2]` given as text is a list, too; one value is a list of one. */
function argumentsOf(arg: Value): readonly Value[] {
  const read = readWord(arg);
  if (read === null) return [];
  return Array.isArray(read) ? (read as readonly Value[]) : [read];
}

const secondsOf = (timeout: Value): number => {
  const seconds = Number(timeout);
  if (Number.isNaN(seconds)) throw new InvocationError(`Argument 'timeout' must be a number, not ${str(timeout)}`);
  return seconds;
};

/** Only a minion of several masters can name one. */
function checkMaster(ctx: Context, viaMaster: Value): void {
  if (!isTruthy(viaMaster)) return;
  const masters = ctx.opts['master_uri_list'];
  if (!Array.isArray(masters)) {
    throw new InvocationError('Could not find list of masters in minion configuration but `via_master` was specified.');
  }
  if (!(masters as readonly Value[]).some((uri) => str(uri).includes(`//${str(viaMaster)}:`))) {
    throw new InvocationError(`Could not find match for ${str(viaMaster)} in list of configured masters ${repr(masters)} when using \`via_master\` option`);
  }
}

/** The answer, or the sentence for a master that did not answer in time. */
async function ask(master: MasterPort, load: PlainMap, sentence: string): Promise<{ answer: Value } | { late: string }> {
  try {
    return { answer: await master.request(load) };
  } catch (err) {
    if (err instanceof TsaltError && err.code === 'transport.timeout') return { late: sentence };
    throw err;
  }
}

async function publish(ctx: Context, request: Request, form: 'clean' | 'full', viaMaster: Value = null): Promise<Value> {
  const { fun } = request;
  const master = masterOf(ctx);
  if (master === undefined) {
    ctx.log.error({ fun }, 'no master to publish through');
    return {};
  }
  if (fun.startsWith('publish.')) {
    ctx.log.info({ fun }, 'publish calls cannot be published');
    return {};
  }
  const arg = argumentsOf(request.arg);
  checkMaster(ctx, viaMaster);
  const sent = await ask(master, {
    cmd: 'minion_pub', fun, arg, tgt: request.tgt, tgt_type: request.tgt_type, ret: request.returner, tmo: request.timeout, form,
    id: ctx.id, no_parse: ctx.opts['no_parse'] ?? [],
  }, `'${fun}' publish timed out`);
  if ('late' in sent) return sent.late;
  checkPublished(fun, sent.answer);
  if (!isMap(sent.answer) || mapSize(sent.answer) === 0) return {};
  const returns = await collect(ctx, master, sent.answer, secondsOf(request.timeout) * 1000);
  return returns === undefined || form === 'full' ? returns ?? null : onlyReturns(returns);
}

/**
 * A refusal is an empty map. Something else is a master that failed: the sentence why, or the empty text of any command that failed.
 * Source: read. Differs: with the empty text real Salt gives `{}`, as if nobody had been asked.
 */
function checkPublished(fun: string, answer: Value): void {
  const error = isMap(answer) ? mapGet(answer, 'error') : undefined;
  if (typeof error === 'string') throw new CommandExecutionError(error);
  if (answer === '') throw new CommandExecutionError(`The master failed to publish '${fun}': its log says why`);
}

/** Asks until all have answered or the time is over; undefined when nobody was expected. */
async function collect(ctx: Context, master: MasterPort, published: ValueMap, timeoutMs: number): Promise<ValueMap | undefined> {
  const expected = mapGet(published, 'minions');
  const minions = Array.isArray(expected) ? (expected as readonly Value[]) : [];
  if (minions.length === 0) return undefined;
  for (let waitedMs = 0; ; waitedMs += ASK_AGAIN_MS) {
    const returns = await master.request({ cmd: 'pub_ret', id: ctx.id, jid: mapGet(published, 'jid') ?? null });
    if (!isMap(returns)) throw new PythonError('AttributeError', `'${typeName(returns)}' object has no attribute 'keys'`);
    if (waitedMs > timeoutMs || minions.every((id) => mapHas(returns, id))) return returns;
    await sleep(ASK_AGAIN_MS, ctx.signal, true);
  }
}

const onlyReturns = (returns: ValueMap): ValueMap =>
  mapFrom(mapEntries(returns).map(([id, answer]) => [id, isMap(answer) ? mapGet(answer, 'ret') ?? null : null]));

async function runner(ctx: Context, fun: string, arg: Value, timeout: Value): Promise<Value> {
  const words = argumentsOf(arg);
  const master = masterOf(ctx);
  if (master === undefined) return 'No access to master. If using salt-call with --local, please remove.';
  const load = { cmd: 'minion_runner', fun, arg: words, tmo: timeout, id: ctx.id, no_parse: ctx.opts['no_parse'] ?? [] };
  const sent = await ask(master, load, `'${fun}' runner publish timed out`);
  return 'late' in sent ? sent.late : sent.answer;
}

const params = {
  tgt: p.any(), fun: p.string(), arg: p.any(null, 'one value or a list'), tgt_type: p.any('glob'), returner: p.any(''),
  timeout: p.any(5, 'seconds to wait for the answers'),
};

export default defineModule({
  name: 'publish',
  doc: 'Lets a minion ask others, and runners, through the master.',
  functions: {
    publish: fn({
      doc: "Run a function on other minions and give what they return.\n\nsalt system.example.com publish.publish '*' cmd.run 'ls -la /tmp'",
      params: { ...params, via_master: p.any(null, 'address of one master of several') },
      run: ({ via_master, ...request }, ctx) => publish(ctx, request, 'clean', via_master),
    }),
    full_data: fn({
      doc: "As publish, with all that is known of each return.\n\nsalt system.example.com publish.full_data '*' cmd.run 'ls -la /tmp'",
      params,
      run: (request, ctx) => publish(ctx, request, 'full'),
    }),
    runner: fn({
      doc: "Run a runner of the master.\n\nsalt publish.runner manage.down",
      params: { fun: p.string(), arg: p.any(null), timeout: p.any(5) },
      run: (args, ctx) => runner(ctx, args.fun, args.arg, args.timeout),
    }),
  },
});
