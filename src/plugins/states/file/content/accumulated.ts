/** `file.accumulated`: text for a file that another state manages. */
import type { Context } from '../../../../kernel/contract/context.js';
import { done } from '../../../../kernel/contract/state.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isList, isMap, mapHas, mapValues, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { Refusal } from '../ground/answer.js';
import { gather } from '../ground/accumulators.js';

const requisites = (ctx: Context, kind: string): readonly Value[] => {
  const list = ctx.state?.low[kind];
  return isList(list) ? list : [];
};

const namesFile = (one: Value): boolean => (isMap(one) ? mapHas(one, 'file') : typeof one === 'string' && one.includes('file'));

/** @throws Refusal */
export function accumulated(ctx: Context, name: string, filename: string, text: Value): PlainMap {
  if (name === '') throw new Refusal('Must provide name to file.accumulated');
  if (text === null) throw new Refusal('No text supplied for accumulator');
  const wanting = [...requisites(ctx, 'require_in'), ...requisites(ctx, 'watch_in')];
  if (!wanting.some(namesFile)) {
    const { __sls__: sls = '', __id__: id = '' } = ctx.state?.low ?? {};
    throw new Refusal(`Orphaned accumulator ${name} in ${str(sls)}:${str(id)}`);
  }
  const texts = isList(text) ? text : [text];
  const targets = wanting.flatMap((one) => (isMap(one) ? mapValues(one) : [one]));
  const isNew = gather(ctx, filename, name, texts, targets);
  return done(name, isNew ? `Accumulator ${name} for file ${filename} was charged by text` : '');
}
