/**
 * Fields of secrets in Vault: `sdb://profile/path/field` or `sdb://profile/path?field`. Where Vault is, the option `vault` says.
 * With `patch` in the profile, `set` keeps the other fields. Source: the documentation of Salt 3006 and 3007.
 */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { defineSdb } from '../../kernel/contract/plugin.js';
import { isTruthy, mapGet, type Value } from '../../kernel/std/value.js';
import { Vault } from '../../kernel/sys/vault/client.js';
import { isVaultError, NOT_FOUND } from '../../kernel/sys/vault/error.js';
import { VaultKv } from '../../kernel/sys/vault/kv.js';
import { vaultPlace } from '../../kernel/sys/vault/place.js';

function partsOf(key: string): [path: string, field: string] {
  const at = key.includes('?') ? key.indexOf('?') : key.lastIndexOf('/');
  if (at <= 0) throw new InvocationError('A value of Vault is named by a path and a field');
  return [key.slice(0, at), key.slice(at + 1)];
}

const kv = (ctx: Context): VaultKv => new VaultKv(new Vault(vaultPlace(ctx.opts), ctx.signal));

/** What is not there gives the fallback. */
async function unlessMissing<T>(work: Promise<T>, missing: () => Promise<T> | T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isVaultError(error, NOT_FOUND)) return missing();
    throw isVaultError(error) ? new CommandExecutionError(error.message, { cause: error }) : error;
  }
}

export default defineSdb({
  name: 'vault',
  doc: 'Fields of secrets in HashiCorp Vault and OpenBao.',
  async get(key, _profile, ctx) {
    const [path, field] = partsOf(key);
    const store = kv(ctx);
    const one = store.read(path).then((found) => mapGet(found, field) ?? null);
    // The whole may be a path of its own: then it is the whole secret.
    return unlessMissing<Value>(one, () => (key.includes('?') ? null : unlessMissing<Value>(store.read(key), () => null)));
  },
  async set(key, value, profile, ctx) {
    const [path, field] = partsOf(key);
    const store = kv(ctx);
    const write = async (): Promise<Value> => unlessMissing<Value>(store.write(path, { [field]: value }), () => { throw new CommandExecutionError(`There is no place for ${path} in Vault`); });
    await (isTruthy(profile['patch'] ?? false) ? unlessMissing<Value>(store.patch(path, { [field]: value }), write) : write());
    return true;
  },
});
