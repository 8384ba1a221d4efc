/** `salt.state`: applies states on minions. Source: golden states/orchestrate; read, Salt 3008.3 (texts). */
import type { Context } from '../../../kernel/contract/context.js';
import { succeeded } from '../../../kernel/contract/state.js';
import { repr, str } from '../../../kernel/std/python-text.js';
import { isList, isMap, isTruthy, mapEntries, mapGet, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { ask, jidOf, mayFail, shared, tellArguments, valueOf, type Answers } from './command.js';

export interface StatesWish {
  readonly name: string;
  readonly tgt: Value;
  readonly tgt_type: string;
  readonly ssh: Value;
  readonly ret: Value;
  readonly ret_config: Value;
  readonly ret_kwargs: Value;
  readonly highstate: Value;
  readonly sls: Value;
  readonly top: Value;
  readonly saltenv: Value;
  readonly test: Value;
  readonly pillar: Value;
  readonly pillarenv: Value;
  readonly expect_minions: Value;
  readonly exclude: Value;
  readonly fail_minions: Value;
  readonly allow_fail: Value;
  readonly concurrent: Value;
  readonly timeout: Value;
  readonly batch: Value;
  readonly queue: Value;
  readonly subset: Value;
  readonly failhard: Value;
}

export async function runStates(wish: StatesWish, ctx: Context): Promise<PlainMap> {
  const { name } = wish;
  const refused = (comment: string): PlainMap => ({ name, changes: {}, comment, result: false });
  const allowed = /^\s*[+-]?\d+\s*$/.test(str(wish.allow_fail)) ? Number(wish.allow_fail) : undefined;
  if (allowed === undefined) return refused("Passed invalid value for 'allow_fail', must be an int");
  const what = functionOf(wish);
  if (what === undefined) return refused('No highstate or sls specified, no execution made');
  if (typeof wish.concurrent !== 'boolean') return refused("Must pass in boolean for value of 'concurrent'");
  const kwarg = keywords(wish, ctx);
  const isAlone = ctx.opts['__role'] === 'minion' && ctx.opts['file_client'] === 'local' && !isTruthy(wish.ssh);
  const answers = isAlone ? await here(what, kwarg, ctx) : await there(wish, what, kwarg, ctx);
  if (answers.length === 0 && isTruthy(wish.expect_minions)) return refused('No minions returned');
  return judge(wish, answers, allowed, ctx);
}

interface Called {
  readonly fun: string;
  readonly arg: readonly Value[];
}

function functionOf({ highstate, top, sls }: StatesWish): Called | undefined {
  if (isTruthy(highstate)) return { fun: 'state.highstate', arg: [] };
  if (isTruthy(top)) return { fun: 'state.top', arg: [top] };
  return isTruthy(sls) ? { fun: 'state.sls', arg: [isList(sls) ? sls.map(str).join(',') : sls] } : undefined;
}

function keywords(wish: StatesWish, ctx: Context): PlainMap {
  const { test, pillar, pillarenv, saltenv, exclude, queue, concurrent } = wish;
  return {
    ...(test !== null || ctx.test ? { test: test ?? ctx.test } : {}), ...(isTruthy(pillar) ? { pillar } : {}),
    ...(pillarenv === null ? {} : { pillarenv }), ...(saltenv === null ? {} : { saltenv }), ...(exclude === null ? {} : { exclude }), queue, concurrent,
  };
}

async function there(wish: StatesWish, { fun, arg }: Called, kwarg: PlainMap, ctx: Context): Promise<Answers> {
  const { tgt, name, tgt_type, ssh, ret, timeout, expect_minions } = wish;
  const options: PlainMap = { arg, kwarg, ret, timeout, tgt_type, ssh, expect_minions, ...shared(wish, ctx) };
  await tellArguments(ctx, { type: 'state', tgt, name, args: options });
  return ask(ctx, tgt, fun, options);
}

/** On a minion without a master: by itself, whatever the target. */
async function here({ fun, arg }: Called, kwarg: PlainMap, ctx: Context): Promise<Answers> {
  const ret = await ctx.call(fun, arg, kwarg);
  return [[ctx.id, { ret, out: 'highstate' }]];
}

function judge(wish: StatesWish, answers: Answers, allowed: number, ctx: Context): PlainMap {
  const { ids: excused, warnings } = mayFail(wish.fail_minions);
  const changes: PlainMap = {};
  const failed: string[] = [];
  const details: string[] = [];
  const unchanged: string[] = [];
  for (const [id, answer] of answers) {
    const value = answer['failed'] === true ? undefined : valueOf(answer);
    if (value === undefined || !succeeded(value)) {
      changes[id] = value ?? false;
      if (excused.includes(id)) continue;
      failed.push(id);
      details.push(detailOf(id, valueOf(answer)));
    } else if (hasChanges(value)) changes[id] = value;
    else unchanged.push(id);
  }
  const isChanged = Object.keys(changes).length > 0;
  const isFailed = failed.length > allowed;
  const told = details.filter((text) => text !== '').map((text) => `\n${text}`).join('');
  const comment = isFailed ? `Run failed on minions: ${failed.join(', ')}${told}`
    : `States ran successfully.${isChanged ? ` Updating ${Object.keys(changes).join(', ')}.` : ''}${unchanged.length > 0 ? ` No changes made to ${unchanged.join(', ')}.` : ''}`;
  const isTest = isTruthy(wish.test) || ctx.test;
  return {
    name: wish.name, changes: isChanged ? { out: 'highstate', ret: changes } : {}, comment, result: isFailed ? false : isTest && isChanged ? null : true,
    ...warnings, ...jidOf(answers),
  };
}

const hasChanges = (rows: Value): boolean => isMap(rows) && mapEntries(rows).some(([, row]) => isMap(row) && isTruthy(mapGet(row, 'changes') ?? null));

/** Why there are no rows of states, in a line. */
function detailOf(id: string, value: Value | undefined): string {
  if (value === undefined) return `Minion ${id} did not return a state result.`;
  if (isList(value)) {
    const parts = value.filter(isTruthy).map(str);
    return parts.length === 0 ? `Minion ${id} returned an empty error list.` : `Minion ${id} returned errors: ${parts.join('; ')}`;
  }
  return isMap(value) ? '' : `Minion ${id} returned ${repr(value)} instead of a state result.`;
}
