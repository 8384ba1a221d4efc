/** Folders and what lies in them. */
import { p } from '../../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../../kernel/contract/plugin.js';
import { failed } from '../../../../kernel/contract/state.js';
import { isTruthy, type Value } from '../../../../kernel/std/value.js';
import { normalizeMode } from '../../../../kernel/sys/file/mode.js';
import { expandUser } from '../../../../kernel/sys/file/probe.js';
import { answering, onPath } from '../ground/answer.js';
import { userOf } from '../ground/checks.js';
import { more, windowsParams } from '../ground/params.js';
import { directory } from './directory.js';
import { requireOf } from './keep.js';
import { recurse } from './recurse.js';

const depth = (given: Value): number | null => (given === null ? null : Number(given));
const isKeep = (mode: Value): boolean => typeof mode === 'string' && mode.toLowerCase() === 'keep';

export const TREES: Readonly<Record<string, Fn>> = {
  directory: fn({
    doc: 'Make sure that there is a folder with this owner and mode; with `recurse` also what is in it, with `clean` without what nobody manages.',
    params: {
      name: p.string(), user: p.any(null), group: p.any(null),
      recurse: p.any(null, 'Of `user`, `group`, `mode`, `ignore_files`, `ignore_dirs`, `silent`'), max_depth: p.any(null), dir_mode: p.any(null),
      file_mode: p.any(null), makedirs: p.any(false), clean: p.any(false, 'Remove what no required state manages'), require: p.any(null),
      exclude_pat: p.any(null, 'What `clean` spares'), follow_symlinks: p.any(false), force: p.any(false, 'Replace a file or link'),
      backupname: p.any(null, 'Keep a file that is in the way under this name'), allow_symlink: p.any(true), children_only: p.any(false),
      ...windowsParams, win_perms_reset: p.any(false), ...more,
    },
    run: (args, ctx) => onPath(ctx, args.name, 'directory', (path) => {
      const dirMode = isTruthy(args.dir_mode) ? args.dir_mode : args.kwargs['mode'] ?? args.dir_mode;
      return directory(ctx, path, {
        user: userOf(ctx, args.user, args.kwargs), group: args.group, recurse: args.recurse, maxDepth: depth(args.max_depth),
        dirMode: normalizeMode(dirMode), fileMode: normalizeMode(isTruthy(args.file_mode) ? args.file_mode : dirMode),
        makedirs: isTruthy(args.makedirs), clean: isTruthy(args.clean), require: requireOf(ctx, args.require), excludePat: args.exclude_pat,
        follow: isTruthy(args.follow_symlinks), force: isTruthy(args.force), backupname: args.backupname, allowLink: isTruthy(args.allow_symlink),
        childrenOnly: isTruthy(args.children_only),
      });
    }),
  }),
  recurse: fn({
    doc: 'Copy a folder of the file server with all that is in it; with `clean` nothing else stays.',
    params: {
      name: p.string(), source: p.any(), keep_source: p.any(true), clean: p.any(false, 'Remove what is not in the source'), require: p.any(null),
      user: p.any(null), group: p.any(null), dir_mode: p.any(null), file_mode: p.any(null, 'A mode, or `keep` for that of the source'),
      sym_mode: p.any(null), template: p.any(null), context: p.any(null), replace: p.any(true), defaults: p.any(null), include_empty: p.any(false),
      backup: p.any(''), include_pat: p.any(null), exclude_pat: p.any(null), maxdepth: p.any(null), keep_symlinks: p.any(false),
      force_symlinks: p.any(false), ...windowsParams, merge: p.any(false, 'Lay all sources over one another'), ...more,
    },
    run: async (args, ctx) => {
      const path = await expandUser(ctx.sys, args.name);
      const { mode, makedirs: _makedirs, owner: _owner, ...rest } = args.kwargs;
      if (mode !== undefined) return failed(path, "'mode' is not allowed in 'file.recurse'. Please use 'file_mode' and 'dir_mode'.");
      const user = userOf(ctx, args.user, args.kwargs);
      const { group, source, keep_source, template, context, defaults, backup } = args;
      return answering(path, () => recurse(ctx, path, {
        source, user, group, dirMode: normalizeMode(args.dir_mode), symMode: normalizeMode(args.sym_mode), clean: isTruthy(args.clean),
        require: requireOf(ctx, args.require), forceSymlinks: isTruthy(args.force_symlinks), replace: isTruthy(args.replace),
        keepSymlinks: isTruthy(args.keep_symlinks), includePat: args.include_pat, excludePat: args.exclude_pat, maxdepth: depth(args.maxdepth),
        includeEmpty: isTruthy(args.include_empty), merge: isTruthy(args.merge),
        ofFiles: {
          ...rest, keep_source, user, group, mode: isKeep(args.file_mode) ? 'keep' : normalizeMode(args.file_mode), template, context, defaults,
          replace: args.replace, backup,
        },
      }));
    },
  }),
};
