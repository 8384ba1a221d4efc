/** The image of a container, pulled when it is not there. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { attempt } from './shared.js';

/** What a pull gives; one whose stream tells of errors is a failure. Differs: Salt 3006 calls such a pull a success. @throws CommandExecutionError */
export async function pulled(image: string, options: PlainMap, ctx: Context): Promise<PlainMap> {
  const answer = await ctx.call('docker.pull', [image], options);
  const result = isPlainMap(answer) ? answer : {};
  const errors = result['Errors'] ?? null;
  if (isList(errors)) throw new CommandExecutionError(errors.map(str).join('; '));
  return result;
}

export interface Resolved {
  /** False in a test run when it is not there. */
  readonly id: Value;
  readonly changes: PlainMap;
}

/** @throws CommandExecutionError in Salt's words */
export async function resolvedImage(image: string, seconds: number, ctx: Context): Promise<Resolved> {
  const id = await ctx.call('docker.resolve_image_id', [image]);
  if (id !== false || ctx.test) return { id, changes: {} };
  const done = await attempt(pulled(image, { client_timeout: seconds }, ctx));
  if ('failure' in done) throw new CommandExecutionError(`Failed to pull ${image}: ${done.failure}`);
  const now = await ctx.call('docker.resolve_image_id', [image]);
  if (now === false) throw new CommandExecutionError(`Image '${image}' not present despite a docker pull raising no errors`);
  return { id: now, changes: { image: done.value } };
}
