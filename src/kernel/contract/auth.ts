/**
 * Ways to log in that `external_auth` names: the plugin says whether name and password fit. What the user may do stands in the
 * configuration, unless the plugin brings rights of its own. Options of the plugin are the `^` keys of its part of `external_auth`.
 */
import { isPlainMap, type PlainMap, type Value } from '../std/value.js';
import type { Context } from './context.js';
import type { PluginBase } from './plugin-base.js';

type Answer<T> = Promise<T> | T;

export interface AuthPlugin extends PluginBase {
  readonly kind: 'auth';
  /** One sentence: against what a login is checked. */
  readonly doc?: string;
  /** True when the password is that of the user. What it throws is logged and counts as no. */
  auth(username: string, password: string, ctx: Context): Answer<boolean>;
  /** Groups of a user who has logged in: keys such as `admins%` in `external_auth` apply to them. */
  groups?(username: string, password: string, ctx: Context): Answer<readonly string[]>;
  /** Rights of a user who has logged in, in the form of `external_auth`; null leaves them to the configuration. */
  acl?(username: string, password: string, ctx: Context): Answer<readonly Value[] | null>;
}

export const defineAuth = (plugin: Omit<AuthPlugin, 'kind'>): AuthPlugin => ({ kind: 'auth', ...plugin });

/** What `external_auth` says of one plugin. */
export function authConfig(opts: Readonly<PlainMap>, plugin: string): PlainMap {
  const all = opts['external_auth'];
  const own = isPlainMap(all) ? all[plugin] : undefined;
  return isPlainMap(own) ? own : {};
}

/** An option of the plugin, without its `^`. */
export const authOption = (opts: Readonly<PlainMap>, plugin: string, name: string): Value | undefined => authConfig(opts, plugin)[`^${name}`];
