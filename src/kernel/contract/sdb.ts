/**
 * Stores of single values, read as `sdb://profile/key`. `profile` is the map of that name in the configuration: its `driver` names the
 * plugin, the rest is the plugin's. Source: read, Salt 3008.3.
 */
import type { PlainMap, Value } from '../std/value.js';
import type { Context } from './context.js';
import type { PluginBase } from './plugin-base.js';

type Answer<T> = Promise<T> | T;

export interface SdbPlugin extends PluginBase {
  readonly kind: 'sdb';
  /** One sentence: where the values are. */
  readonly doc?: string;
  /** None for a value that is not there. */
  get(key: string, profile: Readonly<PlainMap>, ctx: Context): Answer<Value>;
  set?(key: string, value: Value, profile: Readonly<PlainMap>, ctx: Context): Answer<Value>;
  delete?(key: string, profile: Readonly<PlainMap>, ctx: Context): Answer<Value>;
}

export const defineSdb = (plugin: Omit<SdbPlugin, 'kind'>): SdbPlugin => ({ kind: 'sdb', ...plugin });
