/** Pillar that was given with a call, encrypted (`pillar_enc`). Source: read, Salt 3008.3 `salt.utils.crypt.decrypt`. */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import type { Context } from '../../../kernel/contract/context.js';
import { asError } from '../../../kernel/std/async.js';
import { isMap, isTruthy, mapEntries, mapFrom, type Value } from '../../../kernel/std/value.js';

/** `renderer` decrypts each text; without one the values are as they are. @throws CommandExecutionError */
export async function decryptedPillar(ctx: Context, override: Value, renderer: string | null): Promise<Value> {
  if (!isTruthy(override) || renderer === null || renderer === '') return override;
  const option = ctx.opts['decrypt_pillar_renderers'];
  const allowed = Array.isArray(option) ? option.map(String) : ['gpg'];
  if (!allowed.includes(renderer)) {
    throw failed(`'${renderer}' is not a valid decryption renderer. Valid choices are: ${allowed.join(', ')}`);
  }
  try {
    return await decryptTexts(ctx, override, renderer);
  } catch (error) {
    throw failed(asError(error).message, error);
  }
}

const failed = (why: string, cause?: unknown): CommandExecutionError =>
  new CommandExecutionError(`Failed to decrypt pillar override: ${why}`, { cause });

/** On a command line a message has its line ends as `\n`. */
const withLineEnds = (text: string): string => (text.includes('-----BEGIN PGP MESSAGE-----') ? text.replaceAll('\\n', '\n') : text);

async function decryptTexts(ctx: Context, value: Value, renderer: string): Promise<Value> {
  if (typeof value === 'string') return ctx.port('render').template(withLineEnds(value), renderer, { saltenv: 'base', variables: {} });
  if (Array.isArray(value)) return Promise.all((value as readonly Value[]).map((item) => decryptTexts(ctx, item, renderer)));
  if (!isMap(value)) return value;
  return mapFrom(await Promise.all(mapEntries(value).map(async ([key, item]) => [key, await decryptTexts(ctx, item, renderer)] as const)));
}
