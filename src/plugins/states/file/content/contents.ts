/** The text that `contents`, `contents_pillar` or `contents_grains` give. */
import type { Context } from '../../../../kernel/contract/context.js';
import { PythonError } from '../../../../kernel/contract/errors.js';
import { splitLines } from '../../../../kernel/std/python-space.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, typeName, type Value } from '../../../../kernel/std/value.js';
import { Refusal } from '../ground/answer.js';
import { environmentOf } from '../ground/checks.js';
import { textList } from '../ground/texts.js';
import type { ManagedArgs } from './managed-params.js';

/** Told apart from every value that pillar or grains could hold, by identity. */
const NOT_THERE: readonly Value[] = Object.freeze([]);

async function lookUp(ctx: Context, kind: 'Pillar' | 'Grain', key: Value, delimiter: string): Promise<Value> {
  const [fun, options] = kind === 'Pillar' ? ['pillar.get', { delimiter, unmask: true }] : ['grains.get', { delimiter }];
  const found = await ctx.call(fun, [key, NOT_THERE], options);
  if (found === NOT_THERE) throw new Refusal(`${kind} ${str(key)} does not exist`);
  return found;
}

async function joined(ctx: Context, kind: 'Pillar' | 'Grain', keys: Value, delimiter: string): Promise<Value> {
  if (!isList(keys)) return lookUp(ctx, kind, keys, delimiter);
  const parts: string[] = [];
  for (const key of keys) {
    const part = await lookUp(ctx, kind, key, delimiter);
    if (typeof part !== 'string') throw new PythonError('TypeError', `sequence item ${parts.length}: expected str instance, ${typeName(part)} found`);
    parts.push(part);
  }
  return parts.join('\n');
}

/** Where the contents come from, as errors name it. */
function origin({ contents_pillar, contents_grains }: ManagedArgs): string {
  if (isTruthy(contents_pillar)) return `contents_pillar ${str(contents_pillar)}`;
  return isTruthy(contents_grains) ? `contents_grains ${str(contents_grains)}` : "'contents'";
}

async function given(ctx: Context, args: ManagedArgs): Promise<Value> {
  if (args.contents_pillar !== null) return joined(ctx, 'Pillar', args.contents_pillar, args.contents_delimiter);
  if (args.contents_grains !== null) return joined(ctx, 'Grain', args.contents_grains, args.contents_delimiter);
  return args.contents;
}

/** Text or bytes; null where no contents are given. @throws Refusal */
export async function contentsOf(ctx: Context, args: ManagedArgs): Promise<Value> {
  const value = await given(ctx, args);
  if (value === null) return null;
  if (!isTruthy(args.allow_empty) && !isTruthy(value)) {
    throw new Refusal(`${origin(args)} value would result in empty contents. Set allow_empty to True to allow the managed file to be empty.`);
  }
  const contents = textOrBytes(value, isTruthy(args.contents_newline), isTruthy(args.template));
  return isTruthy(args.template) ? rendered(ctx, contents, args) : contents;
}

const NO_TEXT = 'Contents specified by contents/contents_pillar/contents_grains';

function textOrBytes(value: Value, withEnd: boolean, isTemplate: boolean): Value {
  let parts: string[];
  try {
    parts = textList(value);
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    if (isTemplate) throw new Refusal(`${NO_TEXT} appears to be binary data, and as will not be able to be treated as a Jinja template.`);
    return value;
  }
  if (parts.length === 0) throw new Refusal(`${NO_TEXT} is not a string or list of strings, and is not binary data. SLS is likely malformed.`);
  const text = parts.flatMap((part) => splitLines(part).map((line) => `${line}\n`)).join('');
  return withEnd ? text : text.replace(/\n+$/, '').replace(/\r+$/, '');
}

async function rendered(ctx: Context, contents: Value, { template, context, defaults }: ManagedArgs): Promise<Value> {
  const made = await ctx.call('file.apply_template_on_contents', [contents], { template, context, defaults, saltenv: environmentOf(ctx) });
  if (typeof made === 'string') return made;
  const comment = isPlainMap(made) && typeof made['comment'] === 'string' ? made['comment'] : 'Error while applying template on contents';
  throw new Refusal(comment);
}
