/**
 * Grains `ip_gw`, `ip4_gw`, `ip6_gw`: the address of the default gateway, true for a default route without one, or false.
 * No grains without the program `ip`, as in Salt.
 */
import type { Context } from '../../../kernel/contract/context.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { ask } from './look.js';

/** Of `ip route show`: the first default route counts. */
export function gatewayOf(routes: string): string | boolean {
  const route = routes.split('\n').find((line) => line.startsWith('default'));
  if (route === undefined) return false;
  const [, via, address] = route.split(/\s+/);
  return via === 'via' && address !== undefined ? address : true;
}

export async function gatewayGrains(ctx: Context): Promise<PlainMap> {
  if (await ctx.sys.which('ip') === undefined) return {};
  const [ip4, ip6] = await Promise.all(['-4', '-6'].map(async (family) => gatewayOf((await ask(ctx, ['ip', family, 'route', 'show']))?.text ?? '')));
  return { ip_gw: ip4 !== false || ip6 !== false, ip4_gw: ip4 ?? false, ip6_gw: ip6 ?? false };
}
