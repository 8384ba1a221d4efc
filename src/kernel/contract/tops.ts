/** Sources of top data beside the top files (`master_tops`). Source: read, Salt 3008.3. */
import type { PlainMap, Value } from '../std/value.js';
import type { Context } from './context.js';
import type { PluginBase } from './plugin-base.js';

/** Whose top data is asked for. */
export interface TopsRequest {
  /** What the minion says of its configuration; `id` is certain. */
  readonly opts: Readonly<PlainMap>;
  readonly grains: Readonly<PlainMap>;
}

export interface TopsPlugin extends PluginBase {
  readonly kind: 'tops';
  /** One sentence: where the data comes from. */
  readonly doc?: string;
  /** SLS names by environment. */
  top(request: TopsRequest, ctx: Context): Promise<Value> | Value;
}

export const defineTops = (plugin: Omit<TopsPlugin, 'kind'>): TopsPlugin => ({ kind: 'tops', ...plugin });
