/** Fetches the pillar afresh, with an override that may be encrypted. */
import type { Context } from '../../../kernel/contract/context.js';
import { isMap, isTruthy, type PlainMap, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { decryptedPillar } from '../shared/decrypted-pillar.js';

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
  const override = await decryptedPillar(ctx, request.override ?? null, request.encryptedWith ?? null);
  const pillarenv = environmentOf(ctx, request);
  return ctx.port('refresh').compilePillar({
    ...(pillarenv === undefined ? {} : { pillarenv }),
    ...(isMap(override) ? { override: override as PlainMap } : {}),
  });
}
