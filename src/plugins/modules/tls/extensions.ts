/** Extensions that requests and certificates of a kind get: those of the pillar, else these. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { str } from '../../../kernel/std/python-text.js';

const BUILT_IN: Readonly<Record<string, PlainMap>> = {
  common: { csr: { basicConstraints: 'CA:FALSE' }, cert: { authorityKeyIdentifier: 'keyid,issuer:always', subjectKeyIdentifier: 'hash' } },
  server: { csr: { extendedKeyUsage: 'serverAuth', keyUsage: 'digitalSignature, keyEncipherment' }, cert: {} },
  client: { csr: { extendedKeyUsage: 'clientAuth', keyUsage: 'nonRepudiation, digitalSignature, keyEncipherment' }, cert: {} },
};

const plain = (value: Value | undefined): PlainMap => (isMap(value) ? Object.fromEntries(mapEntries(value).map(([key, one]) => [str(key), one])) : {});

async function ofKind(kind: string, ctx: Context): Promise<PlainMap> {
  const given = await ctx.call('pillar.get', [`tls.extensions:${kind}`, false], { unmask: true });
  const found = isTruthy(given) ? plain(given) : Object.hasOwn(BUILT_IN, kind) ? BUILT_IN[kind] : undefined;
  if (found === undefined) throw new CommandExecutionError(`The pillar has no tls.extensions:${kind}`);
  return found;
}

/** `{csr: {...}, cert: {...}}`: what all have, and what this kind has. */
export async function extensionsOf(certType: string, ctx: Context): Promise<PlainMap> {
  const [common, own] = [await ofKind('common', ctx), await ofKind(certType === '' ? 'server' : certType, ctx)];
  return Object.fromEntries(Object.entries(common).map(([use, all]) => [use, { ...plain(all), ...plain(own[use]) }]));
}
