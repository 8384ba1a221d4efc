/**
 * Signed tokens of an OpenID provider: the password is such a token (JWT), whose claim `^username_claim` has to be the name.
 * Ours. The groups of the login are those of the claim `^groups_claim`.
 */
import type { Context } from '../../kernel/contract/context.js';
import { authOption, defineAuth } from '../../kernel/contract/plugin.js';
import { isList } from '../../kernel/std/value.js';
import { verifiedClaims } from '../../kernel/sys/jwt/verify.js';

/** Signatures alone: with HMAC, a public key could be taken for the secret. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

function option(ctx: Context, name: string, usual: string): string {
  const value = authOption(ctx.opts, 'oidc', name);
  return typeof value === 'string' && value !== '' ? value : usual;
}

/** What the token says of its user; undefined when it is not valid, or somebody else's. */
async function claimsOf(username: string, token: string, ctx: Context): Promise<Readonly<Record<string, unknown>> | undefined> {
  const [issuer, audience, keysUrl] = [option(ctx, 'issuer', ''), option(ctx, 'audience', ''), option(ctx, 'jwks_uri', '')];
  if (issuer === '' || audience === '') {
    ctx.log.error({}, 'external_auth: oidc needs ^issuer and ^audience');
    return undefined;
  }
  const asked = authOption(ctx.opts, 'oidc', 'algorithms');
  const algorithms = isList(asked) ? asked.map(String).filter((name) => ALGORITHMS.includes(name)) : ALGORITHMS;
  const claims = await verifiedClaims(token, { issuer, audience, algorithms, keysUrl: keysUrl === '' ? undefined : keysUrl }, ctx.signal);
  return claims?.[option(ctx, 'username_claim', 'preferred_username')] === username ? claims : undefined;
}

export default defineAuth({
  name: 'oidc',
  doc: 'Signed tokens of the OpenID provider ^issuer for ^audience.',
  auth: async (username, password, ctx) => username !== '' && await claimsOf(username, password, ctx) !== undefined,
  async groups(username, password, ctx) {
    const groups = (await claimsOf(username, password, ctx))?.[option(ctx, 'groups_claim', 'groups')];
    return Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [];
  },
});
