/** Fetches the pillar afresh, with an override that may be encrypted. */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import type { Context } from '../../../kernel/contract/context.js';
import { asError } from '../../../kernel/std/async.js';
import { isMap, isTruthy, mapEntries, mapFrom, type PlainMap, type Value, type ValueMap } from '../../../kernel/std/value.js';

export interface CompileRequest {
  /** Values laid over the pillar. */
  readonly override?: Value;
  /** Renderer that decrypts the override first. */
  readonly encryptedWith?: string | null;
  readonly pillarenv: Value;
  readonly saltenv: Value;
}

/** Source: read, Salt 3008.3 `pillar.items`. */
function environmentOf(ctx: Context, { pillarenv, saltenv }: CompileRequest): string | undefined {
  const followed = isTruthy(ctx.opts['pillarenv_from_saltenv']) ? (isTruthy(saltenv) ? saltenv : ctx.opts['saltenv']) : ctx.opts['pillarenv'];
  const env = pillarenv ?? followed;
  return typeof env === 'string' && env !== '' ? env : undefined;
}

export async function compilePillar(ctx: Context, request: CompileRequest): Promise<ValueMap> {
  const override = await decrypted(ctx, request);
  const pillarenv = environmentOf(ctx, request);
  return ctx.port('refresh').compilePillar({
    ...(pillarenv === undefined ? {} : { pillarenv }),
    ...(isMap(override) ? { override: override as PlainMap } : {}),
  });
}

async function decrypted(ctx: Context, { override = null, encryptedWith }: CompileRequest): Promise<Value> {
  if (!isTruthy(override) || encryptedWith === undefined || encryptedWith === null || encryptedWith === '') return override;
  const option = ctx.opts['decrypt_pillar_renderers'];
  const allowed = Array.isArray(option) ? option.map(String) : ['gpg'];
  if (!allowed.includes(encryptedWith)) {
    throw failed(`'${encryptedWith}' is not a valid decryption renderer. Valid choices are: ${allowed.join(', ')}`);
  }
  try {
    return await decryptTexts(ctx, override, encryptedWith);
  } catch (error) {
    throw failed(asError(error).message, error);
  }
}

const failed = (why: string, cause?: unknown): CommandExecutionError =>
  new CommandExecutionError(`Failed to decrypt pillar override: ${why}`, { cause });

async function decryptTexts(ctx: Context, value: Value, renderer: string): Promise<Value> {
  if (typeof value === 'string') return ctx.port('render').template(value, renderer, { saltenv: 'base', variables: {} });
  if (Array.isArray(value)) return Promise.all((value as readonly Value[]).map((item) => decryptTexts(ctx, item, renderer)));
  if (!isMap(value)) return value;
  return mapFrom(await Promise.all(mapEntries(value).map(async ([key, item]) => [key, await decryptTexts(ctx, item, renderer)] as const)));
}
