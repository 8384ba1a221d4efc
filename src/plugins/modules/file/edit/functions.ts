/** Functions that edit what a file holds. */
import { p } from '../../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../../kernel/contract/plugin.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isTruthy, type Value } from '../../../../kernel/std/value.js';
import { replaceBlock } from './block.js';
import { commentLines } from './comment.js';
import { editLine } from './line.js';
import { replaceInFile, searchFile } from './replace.js';
import { patch, pureSed, sed, sedContains } from './sed.js';

const path = p.string();
const backup = p.any('.bak', 'Ending of the copy that keeps the former content; False keeps none');
const suffix = (value: Value): string | false => (isTruthy(value) ? str(value) : false);

/** Everything that reads a file, changes its text and writes it back. */
export const EDITING: Readonly<Record<string, Fn>> = {
  blockreplace: fn({
    doc: "Replace the text between two marker lines.\n\n"
      + "salt '*' file.blockreplace /etc/hosts '#-- start managed zone foobar --' '#-- end managed zone foobar --' 'new content' True",
    params: {
      path, marker_start: p.string('#-- start managed zone --'), marker_end: p.string('#-- end managed zone --'),
      content: p.string(''), append_if_not_found: p.bool(false), prepend_if_not_found: p.bool(false), backup: p.any('.bak'),
      dry_run: p.bool(false, 'Change nothing'), show_changes: p.bool(true, 'Give a diff'),
      append_newline: p.any(false, 'End the content with a new line; None only where it has none'),
      insert_before_match: p.any(null), insert_after_match: p.any(null),
    },
    run: (args, ctx) => replaceBlock(ctx, args.path, {
      start: args.marker_start, end: args.marker_end, content: args.content, append: args.append_if_not_found,
      prepend: args.prepend_if_not_found, backup: args.backup === false ? false : str(args.backup), dryRun: args.dry_run,
      showChanges: args.show_changes, appendNewline: args.append_newline === null ? null : isTruthy(args.append_newline),
      insertBefore: args.insert_before_match, insertAfter: args.insert_after_match,
    }),
  }),
  comment: fn({
    doc: "Put a comment sign before the lines that fit a pattern.\n\nsalt '*' file.comment /etc/modules pcspkr",
    params: { path, regex: p.string(), char: p.string('#'), backup },
    run: ({ path, regex, char, backup }, ctx) => commentLines(ctx, path, { regex, char, comment: true, backup: suffix(backup) }),
  }),
  comment_line: fn({
    doc: "Put a comment sign before the lines that fit a pattern, or take it away.\n\nsalt '*' file.comment_line /etc/modules pcspkr",
    params: { path, regex: p.string(), char: p.string('#'), cmnt: p.bool(true, 'False takes the sign away'), backup },
    run: ({ path, regex, char, cmnt, backup }, ctx) => commentLines(ctx, path, { regex, char, comment: cmnt, backup: suffix(backup) }),
  }),
  line: fn({
    doc: "Insert, ensure, replace or delete a line.\n\n"
      + "salt '*' file.line /etc/nsswitch.conf \"networks:\\tfiles dns\" after=\"hosts:.*?\" mode='ensure'",
    params: {
      path, content: p.string(null), match: p.string(null), mode: p.string(null), location: p.string(null),
      before: p.string(null), after: p.string(null), show_changes: p.bool(true), backup: p.bool(false),
      quiet: p.bool(false, 'Say nothing when there is no file'), indent: p.bool(true),
    },
    run: ({ path, show_changes, ...call }, ctx) => editLine(ctx, path, { ...call, showChanges: show_changes }),
  }),
  patch: fn({
    doc: "Apply a patch with the program patch and give its answer.\n\nsalt '*' file.patch /opt/file.txt /tmp/file.txt.patch",
    params: { originalfile: p.string(), patchfile: p.string(), options: p.any(''), dry_run: p.bool(false) },
    run: ({ originalfile, patchfile, options, dry_run }, ctx) => patch(ctx, originalfile, patchfile, options, dry_run),
  }),
  psed: fn({
    doc: "Replace text by pattern (old; use `file.replace`).\n\nsalt '*' file.psed /etc/httpd/httpd.conf 'LogLevel warn' 'LogLevel info'",
    params: {
      path, before: p.any(), after: p.any(), limit: p.any(''), backup: p.any('.bak'), flags: p.string('gMS'),
      escape_all: p.bool(false), multi: p.bool(false),
    },
    run: ({ path, before, after, limit, backup, flags, escape_all, multi }, ctx) => pureSed(ctx, path, {
      before, after, limit, backup: str(backup), flags, escapeAll: escape_all, multi,
    }),
  }),
  replace: fn({
    doc: "Replace what fits a pattern in a whole file.\n\n"
      + "salt '*' file.replace /etc/httpd/httpd.conf pattern='LogLevel warn' repl='LogLevel info'",
    params: {
      path, pattern: p.string(), repl: p.any(), count: p.int(0, 'How often at most; 0 means always'),
      flags: p.any(8, "Flags of Python's re, as number, name or list of names"), bufsize: p.any(1),
      append_if_not_found: p.bool(false), prepend_if_not_found: p.bool(false), not_found_content: p.any(null), backup,
      dry_run: p.bool(false), search_only: p.bool(false), show_changes: p.bool(true), ignore_if_missing: p.bool(false),
      preserve_inode: p.bool(true), backslash_literal: p.bool(false), encoding: p.string(null),
    },
    run: (args, ctx) => replaceInFile(ctx, args.path, {
      pattern: args.pattern, repl: args.repl, count: args.count, flags: args.flags, appendIfMissing: args.append_if_not_found,
      prependIfMissing: args.prepend_if_not_found, missingContent: args.not_found_content, backup: suffix(args.backup),
      dryRun: args.dry_run, searchOnly: args.search_only, showChanges: args.show_changes, ignoreIfMissing: args.ignore_if_missing,
      keepInode: args.preserve_inode, literalBackslash: args.backslash_literal, encoding: args.encoding,
    }),
  }),
  search: fn({
    doc: "Say whether a pattern occurs in a file.\n\nsalt '*' file.search /etc/crontab 'mymaintenance.sh'",
    params: {
      path, pattern: p.string(), flags: p.any(8), bufsize: p.any(1), ignore_if_missing: p.bool(false), multiline: p.bool(false),
    },
    run: ({ path, pattern, flags, ignore_if_missing, multiline }, ctx) =>
      searchFile(ctx, path, pattern, { flags, multiline, ignoreIfMissing: ignore_if_missing }),
  }),
  sed: fn({
    doc: "Edit a file with the program sed and give its answer (old; use `file.replace`).\n\n"
      + "salt '*' file.sed /etc/httpd/httpd.conf 'LogLevel warn' 'LogLevel info'",
    params: {
      path, before: p.any(), after: p.any(), limit: p.any(''), backup, options: p.string('-r -e'), flags: p.string('g'),
      escape_all: p.bool(false), negate_match: p.bool(false),
    },
    run: ({ path, before, after, limit, backup, options, flags, escape_all, negate_match }, ctx) => sed(ctx, path, {
      before, after, limit, backup: suffix(backup), options, flags, escapeAll: escape_all, negate: negate_match,
    }),
  }),
  sed_contains: fn({
    doc: "Say whether the program sed finds a pattern (old; use `file.search`).\n\nsalt '*' file.sed_contains /etc/crontab 'mymaintenance.sh'",
    params: { path, text: p.any(), limit: p.any(''), flags: p.string('g') },
    run: ({ path, text, limit, flags }, ctx) => sedContains(ctx, path, text, limit, flags),
  }),
  uncomment: fn({
    doc: "Take the comment sign away from the lines that fit a pattern.\n\nsalt '*' file.uncomment /etc/hosts.deny 'ALL: PARANOID'",
    params: { path, regex: p.string(), char: p.string('#'), backup },
    run: ({ path, regex, char, backup }, ctx) => commentLines(ctx, path, { regex, char, comment: false, backup: suffix(backup) }),
  }),
};
