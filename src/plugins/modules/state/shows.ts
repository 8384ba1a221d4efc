/** What would be applied, without applying it. Source: state-system, section 1; golden states/calls, top. */
import type { Context } from '../../../kernel/contract/context.js';
import type { Gathered, StateEngine, StateHigh } from '../../../kernel/contract/state-engine.js';
import { mapFrom, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { orderText } from './order-text.js';
import { judged, refused } from './outcome.js';
import { openEngine, refusePillarErrors, splitInput, type Keywords } from './request.js';

export interface ShowWish {
  readonly mods: Value;
  readonly test: Value;
  readonly kwargs: Keywords;
}

/** The SLS files that are named, rendered. @throws CommandExecutionError for a pillar with errors */
async function gathered({ mods, test, kwargs }: ShowWish, ctx: Context): Promise<Gathered> {
  const engine = await openEngine({ test, kwargs, baseByDefault: true }, ctx);
  refusePillarErrors(engine, kwargs, ctx);
  const { high, errors } = await engine.render(new Map([[engine.saltenv ?? 'base', splitInput(mods)]]));
  return { high, errors: [...errors, ...high.verify()] };
}

export async function showSls(wish: ShowWish, ctx: Context): Promise<Value> {
  const { high, errors } = await gathered(wish, ctx);
  return errors.length > 0 ? refused([...errors], ctx) : high.show();
}

export async function showLowSls(wish: ShowWish, ctx: Context): Promise<Value> {
  const { high, errors } = await gathered(wish, ctx);
  if (errors.length > 0) return refused([...errors], ctx);
  const { chunks, errors: wrong } = await high.chunks('plain');
  return wrong.length > 0 ? refused([...wrong], ctx) : [...chunks];
}

export async function slsExists(wish: ShowWish, ctx: Context): Promise<boolean> {
  return !Array.isArray(await showSls(wish, ctx));
}

export async function idExists(ids: Value, wish: ShowWish, ctx: Context): Promise<boolean> {
  const shown = await showLowSls(wish, ctx) as readonly Value[];
  const known = new Set(shown.map((low) => (low !== null && typeof low === 'object' ? (low as PlainMap)['__id__'] : undefined)));
  return splitInput(ids).every((id) => known.has(id));
}

/** As text, one line for each state; or for Graphviz. */
export async function graphSls(wish: ShowWish, ctx: Context): Promise<Value> {
  const { high, errors } = await gathered(wish, ctx);
  return errors.length > 0 ? refused([...errors], ctx) : drawn(high, wish.kwargs, ctx);
}

async function drawn(high: StateHigh, kwargs: Keywords, ctx: Context): Promise<Value> {
  if (kwargs['form'] === 'text') {
    const { steps, errors } = await high.order();
    return errors.length > 0 ? refused([...errors], ctx) : orderText(steps);
  }
  const { text, errors } = await high.dot('plain');
  return errors.length > 0 ? refused([...errors], ctx) : text;
}

async function openForShow(kwargs: Keywords, ctx: Context): Promise<StateEngine> {
  const engine = await openEngine({ kwargs }, ctx);
  refusePillarErrors(engine, kwargs, ctx);
  return engine;
}

async function highstate(engine: StateEngine): Promise<Gathered> {
  const { errors, match } = await engine.tops();
  const { high, errors: wrong } = await engine.render(await match());
  return { high, errors: [...errors, ...wrong] };
}

export async function showHighstate(kwargs: Keywords, ctx: Context): Promise<Value> {
  const { high, errors } = await highstate(await openForShow(kwargs, ctx));
  return judged(errors.length > 0 ? [...errors] : high.show(), ctx);
}

export async function graphHighstate(kwargs: Keywords, ctx: Context): Promise<Value> {
  const { high, errors } = await highstate(await openForShow(kwargs, ctx));
  return errors.length > 0 ? [...errors] : drawn(high, kwargs, ctx);
}

/** Chunks of the highstate, or errors; both are lists. */
async function lowstate(kwargs: Keywords, ctx: Context): Promise<{ chunks?: readonly PlainMap[]; errors: readonly string[] }> {
  const engine = await openForShow(kwargs, ctx);
  const { high, errors } = await engine.render(await (await engine.tops()).match());
  const { chunks, errors: wrong } = await high.chunks('full');
  const all = [...errors, ...wrong];
  return all.length > 0 ? { errors: all } : { chunks, errors: [] };
}

export async function showLowstate(kwargs: Keywords, ctx: Context): Promise<Value> {
  const { chunks, errors } = await lowstate(kwargs, ctx);
  return chunks === undefined ? [...errors] : [...chunks];
}

export async function showStates(kwargs: Keywords, ctx: Context): Promise<Value> {
  const { chunks, errors } = await lowstate(kwargs, ctx);
  if (chunks === undefined) return judged([...errors], ctx);
  return [...new Set(chunks.map((low) => low['__sls__'] ?? null))];
}

export async function showTop(kwargs: Keywords, ctx: Context): Promise<Value> {
  const { pillar: _pillar, ...others } = kwargs;
  const { errors, match } = await (await openForShow(others, ctx)).tops();
  if (errors.length > 0) return refused([...errors], ctx);
  return mapFrom([...await match()].map(([env, list]) => [env, [...list]]));
}

/** Which SLS files of each environment the top file gives to this minion: of all environments, whatever `saltenv` says. */
export async function showUsage(kwargs: Keywords, ctx: Context): Promise<Value> {
  const { saltenv: _saltenv, ...others } = kwargs;
  const engine = await openEngine({ kwargs: others }, ctx);
  const { errors, match } = await engine.tops();
  if (errors.length > 0) return judged([...errors], ctx);
  const matches = await match();
  const usage = [...await engine.available()].map(([env, names]): [string, PlainMap] => {
    const matched = new Set(matches.get(env) ?? []);
    const used = names.filter((name) => matched.has(name));
    const unused = names.filter((name) => !matched.has(name));
    return [env, { used, unused, count_all: names.length, count_used: used.length, count_unused: unused.length }];
  });
  return judged(mapFrom(usage), ctx);
}
