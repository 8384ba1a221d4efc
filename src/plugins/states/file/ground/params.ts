/** Parameters that many functions share. */
import { p } from '../../../../kernel/contract/params.js';

/** Only Windows knows them; elsewhere they are taken and not used, as in Salt. */
export const windowsParams = {
  win_owner: p.any(null), win_perms: p.any(null), win_deny_perms: p.any(null), win_inheritance: p.any(true),
};

export const signatureParams = {
  source_hash_sig: p.any(null, 'Signature of the list of hashes'), signed_by_any: p.any(null), signed_by_all: p.any(null),
  keyring: p.any(null), gnupghome: p.any(null),
};

/** Further names that do not matter, as Salt takes them. */
export const more = { kwargs: p.keywords() };
