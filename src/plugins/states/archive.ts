/** Archives whose contents are where they belong. */
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { extracted } from './archive/extracted.js';
import { saltenvOf } from './outcome/saltenv.js';

const none = p.any(null);
const off = p.any(false);

/** `keep` is the old name of `keep_source`. */
function keeps({ keep_source: source, keep }: PlainMap, warnings: string[]): boolean {
  if (source !== undefined && keep !== undefined) {
    warnings.push("Both 'keep_source' and 'keep' were used. Since these both do the same thing, 'keep' was ignored.");
  }
  return isTruthy(source ?? keep ?? true);
}

/** True means a hundred lines. */
const trimOf = (trim: Value): number | null => (isTruthy(trim) ? trim === true ? 100 : Number(trim) : null);

export default defineState({
  name: 'archive',
  doc: 'Archives whose contents are where they belong.',
  functions: {
    extracted: fn({
      doc: 'Make sure that what is in an archive is in a folder, and belongs to an owner.',
      params: {
        name: p.string(), source: p.any(), source_hash: none, source_hash_name: none, source_hash_update: off, skip_files_list_verify: off, skip_verify: off, password: none,
        options: p.string(null), list_options: none, force: off, overwrite: off, clean: off, clean_parent: off, user: none, group: none, if_missing: p.string(null),
        trim_output: off, use_cmd_unzip: none, extract_perms: p.any(true), enforce_toplevel: p.any(true), enforce_ownership_on: p.string(null), archive_format: none,
        use_etag: off, signature: none, source_hash_sig: none, signed_by_any: none, signed_by_all: none, keyring: none, gnupghome: none, sig_backend: p.string('gpg'),
        kwargs: p.keywords(),
      },
      run(args, ctx) {
        const warnings: string[] = [];
        const { keep_source: _source, keep: _keep, ...kwargs } = args.kwargs;
        const { source_hash_sig, signed_by_any, signed_by_all, keyring, gnupghome, sig_backend } = args;
        return extracted({
          name: args.name, source: args.source, sourceHash: args.source_hash, sourceHashName: args.source_hash_name, sourceHashUpdate: isTruthy(args.source_hash_update),
          skipListVerify: isTruthy(args.skip_files_list_verify), skipVerify: isTruthy(args.skip_verify), password: args.password === null ? null : str(args.password),
          options: args.options, listOptions: args.list_options, force: isTruthy(args.force), overwrite: isTruthy(args.overwrite), clean: isTruthy(args.clean),
          cleanParent: isTruthy(args.clean_parent), user: args.user, group: args.group, ifMissing: args.if_missing, trim: trimOf(args.trim_output),
          useUnzip: args.use_cmd_unzip === null ? null : isTruthy(args.use_cmd_unzip), extractPerms: args.extract_perms, enforceToplevel: isTruthy(args.enforce_toplevel),
          enforceOn: args.enforce_ownership_on, format: args.archive_format, useEtag: args.use_etag, signature: args.signature,
          signing: { source_hash_sig, signed_by_any, signed_by_all, keyring, gnupghome, sig_backend }, keepSource: keeps(args.kwargs, warnings), saltenv: saltenvOf(ctx), kwargs,
        }, warnings, ctx);
      },
    }),
  },
});
