/** The parameters of `file.managed`. */
import { p, type ArgsOf } from '../../../../kernel/contract/params.js';
import type { PlainMap, Value } from '../../../../kernel/std/value.js';
import { signatureParams, windowsParams } from '../ground/params.js';

export const managedParams = {
  source: p.any(null, 'An address, or several of which the first that is there is taken'), source_hash: p.any(''), source_hash_name: p.any(null),
  keep_source: p.any(true, 'Keep the copy in the cache'), user: p.any(null), group: p.any(null), mode: p.any(null, 'Or `keep` for that of the source'),
  attrs: p.any(null), template: p.any(null), makedirs: p.any(false), dir_mode: p.any(null), context: p.any(null, 'Variables of the template'),
  replace: p.any(true, 'False leaves the content of an existing file alone'), defaults: p.any(null), backup: p.any(''), show_changes: p.any(true),
  create: p.any(true), contents: p.any(null), tmp_dir: p.any(null), tmp_ext: p.string(''), contents_pillar: p.any(null), contents_grains: p.any(null),
  contents_newline: p.any(true), contents_delimiter: p.string(':'), encoding: p.any(null), encoding_errors: p.string('strict'), allow_empty: p.any(true),
  follow_symlinks: p.any(true), check_cmd: p.any(null, 'A program that gets a copy of the new file and must accept it'), skip_verify: p.any(false),
  selinux: p.any(null), ...windowsParams, win_perms_reset: p.any(false), verify_ssl: p.any(true), use_etag: p.any(false), signature: p.any(null),
  ...signatureParams, ignore_ordering: p.any(false), ignore_whitespace: p.any(false), ignore_comment_characters: p.any(null),
  new_file_diff: p.any(false), sig_backend: p.string('gpg'),
};

export type ManagedArgs = ArgsOf<typeof managedParams> & { readonly kwargs: PlainMap };

const isParam = (name: string): name is keyof typeof managedParams => Object.hasOwn(managedParams, name);

/** Arguments from a map: what is missing has its default, what is not known goes to the templates. */
export function managedArgs(given: PlainMap): ManagedArgs {
  const known = Object.fromEntries(Object.entries(managedParams).map(([name, param]) => {
    const value: Value | undefined = given[name];
    return [name, value === undefined ? param.default : param.read(value, name)];
  }));
  const kwargs = Object.fromEntries(Object.entries(given).filter(([name]) => !isParam(name)));
  return { ...known, kwargs } as unknown as ManagedArgs;
}

