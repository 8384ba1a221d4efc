/** What managing a file would change. */
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { environment, type Target } from './target.js';

const CAVEAT = '\nNote: No changes made, actual changes may\nbe different due to other states.';

export async function foretell(wanted: Target): Promise<PlainMap> {
  const { path, args, begun } = wanted;
  const told = await ask(wanted);
  const isLenient = isTruthy(args.ignore_ordering) || isTruthy(args.ignore_whitespace) || isTruthy(args.ignore_comment_characters);
  if (Array.isArray(told)) {
    const [first = null, second = null] = told as readonly Value[];
    if (!isPlainMap(second)) return { ...begun, result: first, comment: second };
    return lenient(answer(path, second, args.show_changes, begun), isLenient && !isTruthy(first));
  }
  return lenient(answer(path, isPlainMap(told) ? told : {}, args.show_changes, begun), isLenient);
}

/** Changes that do not count set off no other states. */
function lenient(told: PlainMap, doesNotCount: boolean): PlainMap {
  return doesNotCount && isTruthy(told['changes']) ? { ...told, skip_req: true } : told;
}

function answer(path: string, changes: PlainMap, showChanges: Value, begun: PlainMap): PlainMap {
  if (Object.keys(changes).length === 0) return { ...begun, result: true, comment: `The file ${path} is in the correct state` };
  const shown = 'diff' in changes && !isTruthy(showChanges) ? { ...changes, diff: '<show_changes=False>' } : changes;
  return { ...begun, changes: shown, result: null, comment: `The file ${path} is set to be changed${CAVEAT}` };
}

function ask(wanted: Target): Promise<Value> {
  const { ctx, path, args, mode, contents, keepMode, selinux } = wanted;
  return ctx.call('file.check_managed_changes', [
    path, wanted.source, wanted.sourceHash, args.source_hash_name, wanted.user, args.group, mode, args.attrs, args.template, wanted.context,
    args.defaults, environment(wanted), contents, args.skip_verify, keepMode,
  ], {
    ...args.kwargs, ...selinux, verify_ssl: args.verify_ssl, follow_symlinks: args.follow_symlinks, source_hash_sig: args.source_hash_sig,
    signed_by_any: args.signed_by_any, signed_by_all: args.signed_by_all, keyring: args.keyring, gnupghome: args.gnupghome,
    sig_backend: args.sig_backend, ignore_ordering: args.ignore_ordering, ignore_whitespace: args.ignore_whitespace,
    ignore_comment_characters: args.ignore_comment_characters, new_file_diff: args.new_file_diff,
  });
}
