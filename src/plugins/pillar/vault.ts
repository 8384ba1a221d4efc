/** `vault`: secrets of Vault as pillar. Source: the documentation of Salt 3006 and 3007. Differs: a secret that may not be read is told in a warning. */
import { p } from '../../kernel/contract/params.js';
import { defineExtPillar } from '../../kernel/contract/plugin.js';
import { mergeMaps } from '../../kernel/std/merge.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type ValueMap } from '../../kernel/std/value.js';
import { Vault } from '../../kernel/sys/vault/client.js';
import { DENIED, isVaultError, NOT_FOUND } from '../../kernel/sys/vault/error.js';
import { VaultKv } from '../../kernel/sys/vault/kv.js';
import { vaultPlace } from '../../kernel/sys/vault/place.js';
import { pathsOf } from './vault/paths.js';

export default defineExtPillar({
  name: 'vault',
  doc: 'Secrets of HashiCorp Vault and OpenBao: `path=secret/minions/{minion}`; `{pillar[roles]}` stands for values of the pillar so far.',
  params: { conf: p.string(), nesting_key: p.string(null), merge_strategy: p.string(null), merge_lists: p.any(null) },
  async extPillar({ conf, nesting_key: nesting, merge_strategy: strategy, merge_lists: lists }, ctx, { id, pillar }) {
    const pattern = conf.split(/\s+/).find((word) => word.startsWith('path='))?.slice('path='.length);
    if (pattern === undefined || pattern === '') {
      ctx.log.error({ conf }, 'no valid configuration of the external pillar vault');
      return {};
    }
    const paths = pathsOf(pattern, id, pillar);
    if (paths === undefined) ctx.log.warn({ pattern }, 'a path pattern of the external pillar vault cannot be resolved');
    const kv = new VaultKv(new Vault(vaultPlace(ctx.opts), ctx.signal));
    const named = strategy ?? str(ctx.opts['pillar_source_merging_strategy'] ?? 'smart');
    const mergeLists = isTruthy(lists ?? ctx.opts['pillar_merge_lists'] ?? false);
    let found: ValueMap = {};
    for (const path of paths ?? []) {
      try {
        found = mergeMaps(found, await kv.read(path), named, { mergeLists });
      } catch (error) {
        if (!isVaultError(error, NOT_FOUND, DENIED)) throw error;
        ctx.log[error.kind === DENIED ? 'warn' : 'info']({ path, kind: error.kind }, 'a secret of Vault is not found for the pillar');
      }
    }
    return nesting === null || nesting === '' ? found : { [nesting]: found };
  },
});
