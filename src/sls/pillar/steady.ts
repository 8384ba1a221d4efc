/**
 * What may be asked while a pillar is made without the answer changing by itself: such a pillar can be kept until one of
 * its files or the facts of its minion change. Everything else makes it hold for one answer only.
 */
const STEADY: ReadonlySet<string> = new Set([
  ...['get', 'item', 'items', 'has_value', 'equals', 'fetch', 'filter_by', 'ls'].map((name) => `grains.${name}`),
  ...['get', 'fetch', 'item', 'raw', 'keys', 'filter_by'].map((name) => `pillar.${name}`),
  ...['get', 'option', 'merge', 'dot_vals'].map((name) => `config.${name}`),
  ...['merge', 'merge_all', 'update', 'serialize', 'deserialize', 'convert_time', 'boolstr', 'skip'].map((name) => `slsutil.${name}`),
  ...['deepcopy', 'merge', 'update'].map((name) => `defaults.${name}`),
  ...['compound', 'ipcidr', 'pillar', 'pillar_pcre', 'data', 'grain_pcre', 'grain', 'list', 'pcre', 'glob', 'filter_by', 'ifelse'].map((name) => `match.${name}`),
  ...['digest', 'md5_digest', 'sha256_digest', 'sha512_digest', 'base64_encodestring', 'base64_decodestring', 'base64_b64encode', 'base64_b64decode', 'hmac_signature'].map((name) => `hashutil.${name}`),
  'test.echo', 'test.arg', 'test.true', 'test.false',
]);

export const isSteady = (fun: string): boolean => STEADY.has(fun);

/**
 * Words in a file by which it reads the clock, chance, the disk or the net: filters and globals, and the pipes of code and
 * of decryption. That such a word may stand in a value costs no more than time.
 */
const FILTERS = [
  'strftime', 'date_format', 'random', 'random_\\w+', 'rand_str', 'shuffle', 'get_uid', 'which', 'file_hashsum', 'list_files', 'is_empty', 'is_text_file',
  'is_bin_file', 'dns_check', 'http_query', 'gen_mac',
];
const FLEETING = new RegExp(`[|'"]\\s*(?:${FILTERS.join('|')})\\b|\\blipsum\\b|^#!.*\\b(?:js|ts|gpg)\\b`, 'm');

/** The first such word, or undefined. */
export const fleetingWord = (text: string): string | undefined => FLEETING.exec(text)?.[0];
