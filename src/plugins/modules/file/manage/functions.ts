/** Functions that states lean on: sources, hashes, comparing and managing files, backups. */
import { p } from '../../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../../kernel/contract/plugin.js';
import { str } from '../../../../kernel/std/python-text.js';
import { tupleOf } from '../../../../kernel/std/sequences.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import type { ContextParts } from '../look/selinux.js';
import { deleteBackup, listBackups, listFolderBackups, restoreBackup } from './backups.js';
import { checkManaged, checkManagedChanges, metaAnswer } from './check.js';
import { diffAnswer, type Leniency } from './difference.js';
import { extractHash } from './extract-hash.js';
import { manageFile } from './manage-file.js';
import { compareMeta } from './meta.js';
import { prepareSource, type PrepareWish, type SourceSum } from './prepared.js';
import { chooseSource } from './source-list.js';
import { sourceSum, type SignatureWish } from './source-sum.js';
import { renderContents } from './template.js';

const path = p.string();
const limit = p.any(null, 'How many at most');

const selinuxParams = { seuser: p.string(null), serole: p.string(null), setype: p.string(null), serange: p.string(null) };
const selinuxOf = ({ seuser, serole, setype, serange }: Record<'seuser' | 'serole' | 'setype' | 'serange', string | null>): ContextParts =>
  ({ user: seuser, role: serole, type: setype, range: serange });

const lenientParams = {
  ignore_ordering: p.bool(false, 'The order of lines does not matter'),
  ignore_whitespace: p.bool(false, 'Blanks at the ends of lines do not matter'),
  ignore_comment_characters: p.any(null, 'What follows one of these texts in a line does not matter'),
};
interface LenientArgs {
  readonly ignore_ordering: boolean;
  readonly ignore_whitespace: boolean;
  readonly ignore_comment_characters: Value;
}
const leniencyOf = (args: LenientArgs): Leniency =>
  ({ ordering: args.ignore_ordering, whitespace: args.ignore_whitespace, comments: args.ignore_comment_characters });

const signatureParams = {
  source_hash_sig: p.any(null, 'Signature of the list of hashes'), signed_by_any: p.any(null), signed_by_all: p.any(null),
  keyring: p.any(null), gnupghome: p.any(null),
};
interface SignatureArgs {
  readonly signed_by_any: Value;
  readonly signed_by_all: Value;
  readonly keyring: Value;
  readonly gnupghome: Value;
  readonly sig_backend: string;
}
const signatureOf = (args: SignatureArgs): SignatureWish => ({
  signedByAny: args.signed_by_any, signedByAll: args.signed_by_all, keyring: args.keyring, gnupghome: args.gnupghome, backend: args.sig_backend,
});

const textOr = (value: Value | undefined, fallback: string): string => (isTruthy(value) ? str(value ?? fallback) : fallback);
/** Text, or null for what is empty. Required parameters may be None in Salt. */
const textOrNull = (value: Value): string | null => (isTruthy(value) ? str(value) : null);

/** What all functions around a managed file are told first; the order differs. */
interface SourceArgs {
  readonly name: string;
  readonly source: Value;
  readonly source_hash: Value;
  readonly source_hash_name: Value;
  readonly user: Value;
  readonly group: Value;
  readonly mode: Value;
  readonly attrs: Value;
  readonly template: Value;
  readonly context: Value;
  readonly defaults: Value;
  readonly saltenv: Value;
  readonly skip_verify: boolean;
}

/** What a rendering sees of the call, and how the source is had. `more` are arguments that `get_managed` knows by name. */
function prepareWish(args: SourceArgs, more: PlainMap): PrepareWish {
  const { name, source, user, group, mode, attrs, saltenv } = args;
  const { verify_ssl, use_etag, source_hash_sig, signed_by_any, signed_by_all, keyring, gnupghome, sig_backend, ...rest } = more;
  for (const key of ['ignore_ordering', 'ignore_whitespace', 'ignore_comment_characters']) delete rest[key];
  return {
    name, source, saltenv: textOr(saltenv, 'base'), template: textOrNull(args.template), sourceHash: args.source_hash,
    sourceHashName: textOrNull(args.source_hash_name),
    context: args.context, defaults: args.defaults, skipVerify: args.skip_verify, verifySsl: verify_ssl ?? true,
    useEtag: isTruthy(use_etag), sourceHashSig: source_hash_sig ?? null,
    signature: signatureOf({
      signed_by_any: signed_by_any ?? null, signed_by_all: signed_by_all ?? null, keyring: keyring ?? null,
      gnupghome: gnupghome ?? null, sig_backend: textOr(sig_backend, 'gpg'),
    }),
    variables: { name, source, user, group, mode, attrs, saltenv, ...rest },
  };
}

const sumOf = (value: Value): SourceSum => (isPlainMap(value) ? (value as SourceSum) : {});

const SOURCES: Readonly<Record<string, Fn>> = {
  apply_template_on_contents: fn({
    doc: "Render a text with a template engine.\n\n"
      + "salt '*' file.apply_template_on_contents contents='This is a {{ template }} string.' template=jinja \"context={}\" \"defaults={'template': 'cool'}\" saltenv=base",
    params: { contents: p.any(), template: p.any(), context: p.any(), defaults: p.any(), saltenv: p.any() },
    run: ({ contents, template, context, defaults, saltenv }, ctx) =>
      renderContents(ctx, contents, str(template), context, defaults, textOr(saltenv, 'base')),
  }),
  extract_hash: fn({
    doc: "Pick the hash of a file out of a list of hashes.\n\nsalt '*' file.extract_hash /path/to/hash/file sha512 /etc/foo",
    params: {
      hash_fn: p.string(), hash_type: p.string('sha256'), file_name: p.string(''), source: p.string(''), source_hash_name: p.string(null),
    },
    run: async ({ hash_fn, hash_type, file_name, source, source_hash_name }, ctx) => {
      const found = await extractHash(ctx, hash_fn, hash_type, file_name, source, source_hash_name);
      return found === null ? null : { ...found };
    },
  }),
  get_source_sum: fn({
    doc: "Give type and value of the hash a source shall have.\n\n"
      + "salt '*' file.get_source_sum /tmp/foo.tar.gz source=http://mydomain.tld/foo.tar.gz source_hash=499ae16dcae71eeb7c3a30c75ea7a1a6",
    params: {
      file_name: p.string(''), source: p.string(''), source_hash: p.any(null), source_hash_name: p.string(null), saltenv: p.string('base'),
      verify_ssl: p.any(true), ...signatureParams, sig_backend: p.string('gpg'),
    },
    run: async (args, ctx) => ({
      ...(await sourceSum(ctx, {
        fileName: args.file_name, source: args.source, sourceHash: args.source_hash, sourceHashName: args.source_hash_name,
        saltenv: args.saltenv, verifySsl: args.verify_ssl, sourceHashSig: args.source_hash_sig, signature: signatureOf(args),
      })),
    }),
  }),
  source_list: fn({
    doc: "Give the first of several sources that is there, and its hash.\n\n"
      + "salt '*' file.source_list salt://http/httpd.conf '{hash_type: 'md5', 'hsum': <md5sum>}' base",
    params: { source: p.any(), source_hash: p.any(), saltenv: p.any() },
    run: async ({ source, source_hash, saltenv }, ctx) =>
      tupleOf([...(await chooseSource(ctx, source, source_hash, textOr(saltenv, 'base')))]),
  }),
  get_managed: fn({
    doc: "Fetch and render the source of a managed file; gives its local path, its hash and what went wrong.\n\n"
      + "salt '*' file.get_managed /etc/httpd/conf.d/httpd.conf jinja salt://http/httpd.conf '{hash_type: 'md5', 'hsum': <md5sum>}' None root root '755' base None None",
    params: {
      name: p.string(), template: p.any(), source: p.any(), source_hash: p.any(), source_hash_name: p.any(), user: p.any(),
      group: p.any(), mode: p.any(), attrs: p.any(), saltenv: p.any(), context: p.any(), defaults: p.any(),
      skip_verify: p.bool(false), verify_ssl: p.any(true), use_etag: p.bool(false), ...signatureParams, ...lenientParams,
      sig_backend: p.string('gpg'), kwargs: p.keywords(),
    },
    run: async (args, ctx) => {
      const { kwargs, verify_ssl, use_etag, source_hash_sig, signed_by_any, signed_by_all, keyring, gnupghome, sig_backend } = args;
      const more = { ...kwargs, verify_ssl, use_etag, source_hash_sig, signed_by_any, signed_by_all, keyring, gnupghome, sig_backend };
      const { sfn, sum, comment } = await prepareSource(ctx, prepareWish(args, more));
      return tupleOf([sfn, { ...sum }, comment]);
    },
  }),
};

const checkParams = {
  name: p.string(), source: p.any(), source_hash: p.any(), source_hash_name: p.any(), user: p.any(), group: p.any(), mode: p.any(),
  attrs: p.any(), template: p.any(), context: p.any(), defaults: p.any(), saltenv: p.any(), contents: p.any(null), skip_verify: p.bool(false),
};
const STRICTLY: LenientArgs = { ignore_ordering: false, ignore_whitespace: false, ignore_comment_characters: null };

const CHECKS: Readonly<Record<string, Fn>> = {
  check_managed: fn({
    doc: "Say whether managing a file would change it.\n\n"
      + "salt '*' file.check_managed /etc/httpd/conf.d/httpd.conf salt://http/httpd.conf '{hash_type: 'md5', 'hsum': <md5sum>}' root, root, '755' jinja True None None base",
    params: { ...checkParams, ...selinuxParams, follow_symlinks: p.bool(false), kwargs: p.keywords() },
    run: (args, ctx) => checkManaged(ctx, {
      prepare: prepareWish(args, args.kwargs), keepMode: false,
      meta: {
        name: args.name, user: args.user, group: args.group, mode: args.mode, attrs: textOrNull(args.attrs), saltenv: textOr(args.saltenv, 'base'),
        contents: args.contents, selinux: selinuxOf(args), verifySsl: true, follow: args.follow_symlinks, leniency: leniencyOf(STRICTLY),
        newFileDiff: false,
      },
    }),
  }),
  check_managed_changes: fn({
    doc: "Give what managing a file would change.\n\n"
      + "salt '*' file.check_managed_changes /etc/httpd/conf.d/httpd.conf salt://http/httpd.conf '{hash_type: 'md5', 'hsum': <md5sum>}' root, root, '755' jinja True None None base",
    params: {
      ...checkParams, keep_mode: p.bool(false, 'Take the mode of the source'), ...selinuxParams, verify_ssl: p.any(true),
      follow_symlinks: p.bool(false), ...lenientParams, new_file_diff: p.bool(false, 'Give the diff of a new file, too'), kwargs: p.keywords(),
    },
    run: (args, ctx) => checkManagedChanges(ctx, {
      prepare: prepareWish(args, { ...args.kwargs, verify_ssl: args.verify_ssl }), keepMode: args.keep_mode,
      meta: {
        name: args.name, user: args.user, group: args.group, mode: args.mode, attrs: textOrNull(args.attrs), saltenv: textOr(args.saltenv, 'base'),
        contents: args.contents, selinux: selinuxOf(args), verifySsl: true, follow: args.follow_symlinks, leniency: leniencyOf(args),
        newFileDiff: args.new_file_diff,
      },
    }),
  }),
  check_file_meta: fn({
    doc: "Give what of a file differs from what is wanted.\n\n"
      + "salt '*' file.check_file_meta /etc/httpd/conf.d/httpd.conf None salt://http/httpd.conf '{hash_type: 'md5', 'hsum': <md5sum>}' root root '755' None base",
    params: {
      name: p.string(), sfn: p.any(), source: p.any(), source_sum: p.any(), user: p.any(), group: p.any(), mode: p.any(), attrs: p.any(),
      saltenv: p.any(), contents: p.any(null), ...selinuxParams, verify_ssl: p.any(true), follow_symlinks: p.bool(false), ...lenientParams,
      new_file_diff: p.bool(false),
    },
    run: async (args, ctx) => {
      const wish = {
        name: args.name, sfn: textOr(args.sfn, ''), source: args.source, sum: sumOf(args.source_sum), user: args.user, group: args.group,
        mode: args.mode, attrs: textOrNull(args.attrs), saltenv: textOr(args.saltenv, 'base'), contents: args.contents,
        selinux: selinuxOf(args), verifySsl: args.verify_ssl, follow: args.follow_symlinks, leniency: leniencyOf(args),
        newFileDiff: args.new_file_diff,
      };
      return metaAnswer(await compareMeta(ctx, wish), wish);
    },
  }),
  get_diff: fn({
    doc: "Give the diff of two files, which may be sources such as salt://.\n\nsalt '*' file.get_diff /home/fred/.vimrc salt://users/fred/.vimrc",
    params: {
      file1: p.string(), file2: p.string(), saltenv: p.string('base'), show_filenames: p.bool(true), show_changes: p.bool(true),
      template: p.any(false), source_hash_file1: p.any(null), source_hash_file2: p.any(null), ...lenientParams,
    },
    run: (args, ctx) => diffAnswer(ctx, args.file1, args.file2, {
      saltenv: args.saltenv, showNames: args.show_filenames, showChanges: args.show_changes, template: isTruthy(args.template),
      hashes: [args.source_hash_file1, args.source_hash_file2], leniency: leniencyOf(args),
    }),
  }),
  manage_file: fn({
    doc: "Bring a file to the content, owner and mode that were asked for; gives what a state gives.\n\n"
      + "salt '*' file.manage_file /etc/httpd/conf.d/httpd.conf '' '{}' salt://http/httpd.conf '{hash_type: 'md5', 'hsum': <md5sum>}' root root '755' '' base ''",
    params: {
      name: p.string(), sfn: p.any(), ret: p.any(), source: p.any(), source_sum: p.any(), user: p.any(), group: p.any(), mode: p.any(),
      attrs: p.any(), saltenv: p.any(), backup: p.any(), makedirs: p.bool(false), template: p.any(null), show_changes: p.bool(true),
      contents: p.any(null), dir_mode: p.any(null), follow_symlinks: p.bool(true), skip_verify: p.bool(false), keep_mode: p.bool(false),
      encoding: p.string(null), encoding_errors: p.string('strict'), ...selinuxParams, verify_ssl: p.any(true), use_etag: p.bool(false),
      signature: p.any(null), ...signatureParams, ...lenientParams, new_file_diff: p.bool(false), sig_backend: p.string('gpg'),
      kwargs: p.keywords(),
    },
    run: (args, ctx) => manageFile(ctx, {
      name: args.name, sfn: textOr(args.sfn, ''), ret: args.ret, source: args.source, sourceSum: args.source_sum, user: args.user,
      group: args.group, mode: args.mode, attrs: textOrNull(args.attrs), saltenv: textOr(args.saltenv, 'base'), backup: args.backup,
      makedirs: args.makedirs, showChanges: args.show_changes, contents: args.contents, dirMode: args.dir_mode, follow: args.follow_symlinks,
      skipVerify: args.skip_verify, keepMode: args.keep_mode, encoding: args.encoding, encodingErrors: args.encoding_errors,
      selinux: selinuxOf(args), verifySsl: args.verify_ssl, useEtag: args.use_etag, signature: args.signature,
      signatureWish: signatureOf(args), leniency: leniencyOf(args), newFileDiff: args.new_file_diff,
    }),
  }),
};

const listDoc = "List the copies the minion kept of a file, the latest first.\n\nsalt '*' file.list_backups /foo/bar/baz.txt";
const deleteDoc = "Remove a copy the minion kept of a file, by its number in `file.list_backups`.\n\nsalt '*' file.delete_backup /var/cache/foo.txt 0";
const listing = fn({ doc: listDoc, params: { path, limit }, run: ({ path, limit }, ctx) => listBackups(ctx, path, limit) });
const deleting = fn({ doc: deleteDoc, params: { path, backup_id: p.any() }, run: ({ path, backup_id }, ctx) => deleteBackup(ctx, path, backup_id) });

const BACKUPS: Readonly<Record<string, Fn>> = {
  list_backups: listing,
  list_backup: listing,
  list_backups_dir: fn({
    doc: "List the copies the minion kept of the files in a folder.\n\nsalt '*' file.list_backups_dir /foo/bar/baz/",
    params: { path, limit },
    run: ({ path, limit }, ctx) => listFolderBackups(ctx, path, limit),
  }),
  restore_backup: fn({
    doc: "Put a copy the minion kept of a file back, by its number in `file.list_backups`.\n\nsalt '*' file.restore_backup /foo/bar/baz.txt 0",
    params: { path, backup_id: p.any() },
    run: ({ path, backup_id }, ctx) => restoreBackup(ctx, path, backup_id),
  }),
  delete_backup: deleting,
  remove_backup: deleting,
};

/** Everything around managed files. */
export const MANAGING: Readonly<Record<string, Fn>> = { ...SOURCES, ...CHECKS, ...BACKUPS };
