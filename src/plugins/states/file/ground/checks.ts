/** What a state demands of its arguments before it begins. */
import type { Context } from '../../../../kernel/contract/context.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { isAbsolute } from '../../../../kernel/sys/file/paths.js';
import { expandUser, pathExists } from '../../../../kernel/sys/file/probe.js';
import { Refusal } from './answer.js';

/** The path with its `~` resolved. @throws Refusal for an empty one */
export async function namedPath(ctx: Context, name: string, fun: string): Promise<string> {
  if (name === '') throw new Refusal(`Must provide name to file.${fun}`);
  return expandUser(ctx.sys, name);
}

/** @throws Refusal */
export function demandAbsolute(path: string): void {
  if (!isAbsolute(path)) throw new Refusal(`Specified file ${path} is not an absolute path`);
}

/** What is wrong with a file that shall be edited; empty when it is there. */
export async function faultOfFile(ctx: Context, path: string): Promise<string> {
  if (!isAbsolute(path)) return `Specified file ${path} is not an absolute path`;
  return await pathExists(ctx.sys, path) ? '' : `${path}: file not found`;
}

/** @throws Refusal */
export async function demandFile(ctx: Context, path: string): Promise<void> {
  const fault = await faultOfFile(ctx, path);
  if (fault !== '') throw new Refusal(fault);
}

/** The user, also under the old name of the argument. */
export function userOf(ctx: Context, user: Value, kwargs: PlainMap): Value {
  if (isTruthy(user) || kwargs['owner'] === undefined) return user;
  ctx.log.warn({}, "the argument 'owner' is old, use 'user'");
  return kwargs['owner'];
}

const isUnknown = async (ctx: Context, fun: string, who: Value): Promise<boolean> => await ctx.call(fun, [who]) === '';

/** In a test run an account may still be missing: an earlier state would make it. @throws Refusal */
export async function demandAccounts(ctx: Context, user: Value, group: Value): Promise<void> {
  let fault = '';
  if (isTruthy(user) && await isUnknown(ctx, 'file.user_to_uid', user)) fault += `User ${str(user)} is not available `;
  if (isTruthy(group) && await isUnknown(ctx, 'file.group_to_gid', group)) fault += `Group ${str(group)} is not available`;
  if (fault === '') return;
  if (!ctx.test) throw new Refusal(fault);
  ctx.log.warn({ user, group }, 'account is not there yet');
}

export interface Owner {
  readonly user: Value;
  readonly group: Value;
}

/** User and group, those of the program where none are given. */
export async function ownerOrOwn(ctx: Context, user: Value, group: Value): Promise<Owner> {
  const owner = user ?? ctx.opts['user'] ?? 'root';
  if (group !== null) return { user: owner, group };
  if (!await ctx.has('user.info')) return { user: owner, group: owner };
  const facts = await ctx.call('user.info', [owner]);
  const gid = isPlainMap(facts) ? facts['gid'] ?? 0 : 0;
  return { user: owner, group: await ctx.call('file.gid_to_group', [gid]) };
}

/** Sentences about accounts that do not exist. */
export async function missingAccounts(ctx: Context, { user, group }: Owner): Promise<string[]> {
  const faults: string[] = [];
  if (await isUnknown(ctx, 'file.user_to_uid', user)) faults.push(`User ${str(user)} does not exist`);
  if (await isUnknown(ctx, 'file.group_to_gid', group)) faults.push(`Group ${str(group)} does not exist`);
  return faults;
}

/** Several sentences become one text. @throws Refusal when there are any */
export function refuseAll(faults: readonly string[]): void {
  if (faults.length > 0) throw new Refusal(faults.join('. ') + (faults.length > 1 ? '.' : ''));
}

/** The environment of the file server that the state comes from. */
export const environmentOf = (ctx: Context): string => str(ctx.state?.low['__env__'] ?? ctx.opts['saltenv'] ?? 'base');
