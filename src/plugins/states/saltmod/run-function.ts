/** `salt.function`: runs an execution function on minions. Source: golden states/orchestrate; read, Salt 3008.3 (texts). */
import type { Context } from '../../../kernel/contract/context.js';
import { asError } from '../../../kernel/std/async.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { ask, jidOf, mayFail, shared, tellArguments, valueOf, type Answers } from './command.js';
import { str } from '../../../kernel/std/python-text.js';

export interface FunctionWish {
  readonly name: string;
  readonly tgt: Value;
  readonly tgt_type: string;
  readonly ssh: Value;
  readonly ret: Value;
  readonly ret_config: Value;
  readonly ret_kwargs: Value;
  readonly expect_minions: Value;
  readonly fail_minions: Value;
  readonly fail_function: Value;
  readonly arg: Value;
  readonly kwarg: Value;
  readonly timeout: Value;
  readonly batch: Value;
  readonly subset: Value;
  readonly failhard: Value;
}

export async function runFunction(wish: FunctionWish, ctx: Context): Promise<PlainMap> {
  const { name, tgt, tgt_type, ssh, ret, timeout, expect_minions } = wish;
  if (ctx.test) return { name, changes: {}, comment: `Function ${name} would be executed on target ${str(tgt)}`, result: null };
  const isText = typeof wish.arg === 'string';
  const given = isText ? String(wish.arg).split(/\s+/).filter((word) => word !== '') : wish.arg;
  const options: PlainMap = {
    arg: isTruthy(given) && isList(given) ? given : [], kwarg: wish.kwarg ?? {}, ret, timeout, ...shared(wish, ctx), tgt_type, ssh, expect_minions, _cmd_meta: true,
  };
  const warned: PlainMap = isText ? { warnings: ["Please specify 'arg' as a list of arguments."] } : {};
  let answers: Answers;
  try {
    await tellArguments(ctx, { type: 'function', tgt, name, args: options });
    answers = await ask(ctx, tgt, name, options);
  } catch (error) {
    return { name, changes: {}, comment: asError(error).message, result: false, ...warned };
  }
  return { ...await judge(wish, answers, ctx), ...warned };
}

async function judge({ name, fail_minions, fail_function }: FunctionWish, answers: Answers, ctx: Context): Promise<PlainMap> {
  const { ids: excused, warnings } = mayFail(fail_minions);
  if (answers.length === 0) return { name, changes: {}, comment: 'No minions responded', result: false, ...warnings };
  const changes: PlainMap = {};
  const failed = new Set<string>();
  for (const [id, answer] of answers) {
    // An exit code counts also for minions that may fail, as in Salt.
    if (isTruthy(answer['retcode'])) failed.add(id);
    const value = answer['failed'] === true ? undefined : valueOf(answer) ?? null;
    const isFine = value !== undefined && value !== false && (!isTruthy(fail_function) || isTruthy(await ctx.call(str(fail_function), [value])));
    if (!isFine && !excused.includes(id)) failed.add(id);
    changes[id] = value ?? (value === undefined ? false : null);
  }
  const outcome = failed.size > 0 ? `Running function ${name} failed on minions: ${[...failed].join(', ')}` : 'Function ran successfully.';
  return {
    name, changes: { ret: changes }, comment: `${outcome} Function ${name} ran on ${Object.keys(changes).join(', ')}.`, result: failed.size === 0, ...warnings, ...jidOf(answers),
  };
}
