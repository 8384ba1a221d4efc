/** Files that take another place. */
import { p } from '../../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../../kernel/contract/plugin.js';
import { isTruthy } from '../../../../kernel/std/value.js';
import { expandVariables } from '../../../../kernel/sys/file/paths.js';
import { expandUser } from '../../../../kernel/sys/file/probe.js';
import { onPath } from '../ground/answer.js';
import { userOf } from '../ground/checks.js';
import { more } from '../ground/params.js';
import { copy } from './copy.js';
import { rename } from './rename.js';

export const PLACES: Readonly<Record<string, Fn>> = {
  copy: fn({
    doc: 'Copy a file or folder of this machine to a place where there is nothing yet.',
    params: {
      name: p.string(), source: p.string(), force: p.any(false, 'Replace what is there'), makedirs: p.any(false),
      preserve: p.any(false, 'Take owner, group and mode of the source'), user: p.any(null), group: p.any(null), mode: p.any(null),
      dir_mode: p.any(null), subdir: p.any(false, 'Copy into a folder that is there'), ...more,
    },
    run: (args, ctx) => onPath(ctx, args.name, 'copy', async (path) => copy(ctx, path, {
      source: await expandUser(ctx.sys, args.source), force: isTruthy(args.force), makedirs: isTruthy(args.makedirs),
      preserve: isTruthy(args.preserve), user: userOf(ctx, args.user, args.kwargs), group: args.group, mode: args.mode, dirMode: args.dir_mode,
      subdir: isTruthy(args.subdir),
    })),
  }),
  rename: fn({
    doc: 'Move a file or folder of this machine, unless it has been moved already.',
    params: { name: p.string(), source: p.string(), force: p.any(false, 'Replace what is there'), makedirs: p.any(false), ...more },
    run: ({ name, source, force, makedirs }, ctx) => onPath(ctx, expandVariables(name, ctx.sys.env), 'rename', async (path) => rename(ctx, path, {
      source: expandVariables(await expandUser(ctx.sys, source), ctx.sys.env), force: isTruthy(force), makedirs: isTruthy(makedirs),
    })),
  }),
};
