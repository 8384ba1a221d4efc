/** Links, hard and symbolic, and Windows' shortcuts. */
import { p } from '../../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../../kernel/contract/plugin.js';
import { failed } from '../../../../kernel/contract/state.js';
import { isTruthy } from '../../../../kernel/std/value.js';
import { normalizeMode } from '../../../../kernel/sys/file/mode.js';
import { onPath } from '../ground/answer.js';
import { userOf } from '../ground/checks.js';
import { more, windowsParams } from '../ground/params.js';
import { hardlink } from './hardlink.js';
import { symlink } from './symlink.js';

export const LINKS: Readonly<Record<string, Fn>> = {
  symlink: fn({
    doc: 'Make sure that there is a symbolic link, to this target, of this owner.',
    params: {
      name: p.string(), target: p.string(), force: p.any(false, 'Remove a file that is in the way'),
      backupname: p.any(null, 'Keep what is in the way under this name'), makedirs: p.any(false), user: p.any(null), group: p.any(null),
      mode: p.any(null, 'Mode of folders that are made'), ...windowsParams, win_inheritance: p.any(null), atomic: p.any(false, 'Replace by rename'),
      disallow_copy_and_unlink: p.any(false), inherit_user_and_group: p.any(false, 'An existing link keeps its owner'),
      follow_symlinks: p.any(true), ...more,
    },
    run: (args, ctx) => onPath(ctx, args.name, 'symlink', (path) => symlink(ctx, path, {
      target: args.target, force: isTruthy(args.force), backupname: args.backupname, makedirs: isTruthy(args.makedirs),
      user: userOf(ctx, args.user, args.kwargs), group: args.group, mode: normalizeMode(args.mode), atomic: isTruthy(args.atomic),
      renameOnly: isTruthy(args.disallow_copy_and_unlink), inheritOwner: isTruthy(args.inherit_user_and_group), follow: isTruthy(args.follow_symlinks),
    })),
  }),
  hardlink: fn({
    doc: 'Make sure that a path is another name of a file.',
    params: {
      name: p.string(), target: p.string(), force: p.any(false, 'Remove a file that is in the way'), makedirs: p.any(false),
      user: p.any(null), group: p.any(null), dir_mode: p.any(null), ...more,
    },
    run: (args, ctx) => onPath(ctx, args.name, 'hardlink', (path) => hardlink(ctx, path, {
      target: args.target, force: isTruthy(args.force), makedirs: isTruthy(args.makedirs), user: userOf(ctx, args.user, args.kwargs),
      group: args.group, dirMode: normalizeMode(args.dir_mode),
    })),
  }),
  shortcut: fn({
    doc: 'A shortcut of Windows; refused on other systems.',
    params: {
      name: p.string(), target: p.any(), arguments: p.any(null), working_dir: p.any(null), description: p.any(null), icon_location: p.any(null),
      force: p.any(false), backupname: p.any(null), makedirs: p.any(false), user: p.any(null), ...more,
    },
    run: ({ name }) => failed(name, 'Shortcuts are only supported on Windows'),
  }),
};
