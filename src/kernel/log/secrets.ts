/** Which names hold secrets: their values never reach logs or messages. */

export const HIDDEN = '<hidden>';

/** Names that are secret as a whole; compared in lower case. */
const NAMES = new Set([
  'token', 'password', 'passwd', 'eauth', 'key', 'aes', 'session', 'secret', 'tok', 'pass', 'privkey', 'priv', 'enc_key', 'passphrase', 'authorization', 'cookie', 'pillar',
]);
/** Words that make a longer name secret: `db_password`, `apiKey`, `cluster_secret`. */
const WORDS = /(^|[_.\-:])(password|passwd|passphrase|secret|token|apikey|api_key|private_key|priv_passwd|key_pass|credentials?)s?($|[_.\-:])/;

/** True when the value under this name must not be shown. */
export function looksSecret(name: string): boolean {
  const lower = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  return NAMES.has(lower) || WORDS.test(lower);
}
