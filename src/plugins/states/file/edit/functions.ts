/** States that change lines of a file. */
import { p } from '../../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../../kernel/contract/plugin.js';
import { failed } from '../../../../kernel/contract/state.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isTruthy } from '../../../../kernel/std/value.js';
import { expandUser } from '../../../../kernel/sys/file/probe.js';
import { answering, onPath } from '../ground/answer.js';
import { more } from '../ground/params.js';
import { append } from './append.js';
import { blockreplace } from './blockreplace.js';
import { comment, uncomment } from './comment.js';
import { keyvalue } from './keyvalue.js';
import { patch } from './patch.js';
import { line, replace } from './line.js';
import { prepend } from './prepend.js';

const name = p.string();
const sourceParams = {
  source: p.any(null), source_hash: p.any(null), template: p.any('jinja'), sources: p.any(null), source_hashes: p.any(null),
  defaults: p.any(null), context: p.any(null),
};
const textParams = { text: p.any(null), makedirs: p.any(false), ...sourceParams };

const LINES: Readonly<Record<string, Fn>> = {
  line: fn({
    doc: 'Make sure that a line is in a file, is replaced or is not there; `mode` says which: `ensure`, `replace`, `delete`, `insert`.',
    params: {
      name, content: p.any(null), match: p.any(null), mode: p.any(null), location: p.any(null, '`start` or `end`'), before: p.any(null),
      after: p.any(null), show_changes: p.any(true), backup: p.any(false), quiet: p.any(false), indent: p.any(true), create: p.any(false),
      user: p.any(null), group: p.any(null), file_mode: p.any(null),
    },
    run: ({ name, content, mode, create, user, group, file_mode, ...options }, ctx) =>
      onPath(ctx, name, 'line', (path) => line(ctx, path, { content, mode, create, user, group, file_mode, options })),
  }),
  replace: fn({
    doc: 'Replace what a regular expression finds in a file.',
    params: {
      name, pattern: p.any(), repl: p.any(), count: p.any(0), flags: p.any(8), bufsize: p.any(1), append_if_not_found: p.any(false),
      prepend_if_not_found: p.any(false), not_found_content: p.any(null), backup: p.any('.bak'), show_changes: p.any(true),
      ignore_if_missing: p.any(false), backslash_literal: p.any(false), encoding: p.any(null),
    },
    run: ({ name, ...options }, ctx) => onPath(ctx, name, 'replace', (path) => replace(ctx, path, options)),
  }),
  comment: fn({
    doc: 'Comment out the lines that a regular expression finds.',
    params: { name, regex: p.string(), char: p.string('#'), backup: p.any('.bak'), ignore_missing: p.any(false) },
    run: ({ name, ignore_missing, ...wish }, ctx) => onPath(ctx, name, 'comment', (path) => comment(ctx, path, wish, isTruthy(ignore_missing))),
  }),
  uncomment: fn({
    doc: 'Take the comment character away from the lines that a regular expression finds behind it.',
    params: { name, regex: p.string(), char: p.string('#'), backup: p.any('.bak') },
    run: ({ name, ...wish }, ctx) => onPath(ctx, name, 'uncomment', (path) => uncomment(ctx, path, wish)),
  }),
  keyvalue: fn({
    doc: 'Make sure that lines of keys and values have these values.',
    params: {
      name, key: p.any(null), value: p.any(null), key_values: p.any(null), separator: p.string('='), append_if_not_found: p.any(false),
      prepend_if_not_found: p.any(false), search_only: p.any(false), show_changes: p.any(true), ignore_if_missing: p.any(false),
      count: p.any(1, 'How many lines of a key there shall be; -1 for any number'), uncomment: p.any(null, 'Characters of comments that are taken into use'),
      key_ignore_case: p.any(false), value_ignore_case: p.any(false), create_if_missing: p.any(false), prune: p.any(false, 'Remove lines of other keys'),
    },
    run: (args, ctx) => onPath(ctx, args.name, 'keyvalue', (path) => keyvalue(ctx, path, {
      key: args.key, value: args.value, key_values: args.key_values, separator: args.separator, append: isTruthy(args.append_if_not_found),
      prepend: isTruthy(args.prepend_if_not_found), showChanges: isTruthy(args.show_changes), ignoreMissing: isTruthy(args.ignore_if_missing),
      count: Number(args.count), uncomment: args.uncomment === null ? null : str(args.uncomment), keyIgnoreCase: isTruthy(args.key_ignore_case),
      valueIgnoreCase: isTruthy(args.value_ignore_case), create: isTruthy(args.create_if_missing), prune: isTruthy(args.prune),
    })),
  }),
};

const TEXTS: Readonly<Record<string, Fn>> = {
  append: fn({
    doc: 'Make sure that a text is in a file; where it is not, it comes to the end.',
    params: { name, ...textParams, ignore_whitespace: p.any(true, 'Blanks do not matter when looking for the text'), show_changes: p.any(true) },
    run: async ({ name, ...args }, ctx) => {
      if (name === '') return failed(name, 'Must provide name to file.append');
      const path = await expandUser(ctx.sys, name);
      return answering(name, () => append(ctx, path, name, args));
    },
  }),
  prepend: fn({
    doc: 'Make sure that a text is in a file; where it is not, it comes to the start. With `header` it must stand at the start.',
    params: { name, ...textParams, header: p.any(null), show_changes: p.any(true) },
    run: ({ name, ...args }, ctx) => onPath(ctx, name, 'prepend', (path) => prepend(ctx, path, args)),
  }),
  blockreplace: fn({
    doc: 'Make sure that a text stands between two markers, which stay.',
    params: {
      name, marker_start: p.string('#-- start managed zone --'), marker_end: p.string('#-- end managed zone --'), ...sourceParams,
      content: p.string(''), append_if_not_found: p.any(false), prepend_if_not_found: p.any(false), backup: p.any('.bak'), show_changes: p.any(true),
      append_newline: p.any(null), insert_before_match: p.any(null), insert_after_match: p.any(null),
    },
    run: ({ name, marker_start, marker_end, source, source_hash, template, sources, source_hashes, defaults, context, content, ...options }, ctx) =>
      onPath(ctx, name, 'blockreplace', (path) => blockreplace(ctx, path, {
        marker_start, marker_end, source, source_hash, template, sources, source_hashes, defaults, context, content, options,
      })),
  }),
};

/** Arguments of earlier versions. */
const FORMER = ['hash', 'dry_run_first'];

const PATCHES: Readonly<Record<string, Fn>> = {
  patch: fn({
    doc: 'Apply a patch to a file or folder, unless it has been applied.',
    params: {
      name, source: p.any(null), source_hash: p.any(null), source_hash_name: p.any(null), skip_verify: p.any(false), template: p.any(null),
      context: p.any(null), defaults: p.any(null), options: p.string('', 'Further options of patch'),
      reject_file: p.string(null, 'Where parts go that do not fit'), strip: p.any(null, 'Leading parts of names that are taken off'), saltenv: p.string(null), ...more,
    },
    run: async ({ name, reject_file, strip, kwargs, ...wish }, ctx) => {
      const warnings = FORMER.filter((one) => one in kwargs).map((one) => `The '${one}' argument is no longer used and has been ignored.`);
      const answer = await answering(name, () =>
        patch(ctx, name, { ...wish, rejectFile: reject_file, strip: strip === null ? null : Number(strip) }, warnings));
      return warnings.length === 0 ? answer : { ...answer, warnings };
    },
  }),
};

export const EDITING: Readonly<Record<string, Fn>> = { ...LINES, ...TEXTS, ...PATCHES };
