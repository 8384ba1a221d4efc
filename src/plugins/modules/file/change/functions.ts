/** Functions that change paths: make, move, remove, own, link, write. */
import { p } from '../../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../../kernel/contract/plugin.js';
import { linesGiven } from '../ground/lists.js';
import { changeAttributes } from '../look/attributes.js';
import { readInteger } from '../look/read.js';
import { resetContext, setContext } from '../look/selinux.js';
import {
  deviceNumbers, isBlockDevice, isCharacterDevice, isPipe, makeAnyNode, makeNode,
} from './devices.js';
import { makeFolder, makeFolderWithPerms, makeParents } from './folders.js';
import { hardLink, isHardLink, isLink, symbolicLink } from './links.js';
import { changeGroup, changeLinkOwner, changeOwner, setMode } from './ownership.js';
import { checkPerms } from './perms.js';
import { copy, move, remove, removeFolder, rename } from './relocate.js';
import { appendLines, prependLines, touch, truncate, writeAt, writeLines } from './write.js';

const path = p.string();
const name = p.string();
const owner = { user: p.any(null), group: p.any(null) };

const RIGHTS: Readonly<Record<string, Fn>> = {
  chown: fn({
    doc: "Give a path to a user and a group.\n\nsalt '*' file.chown /etc/passwd root root",
    params: { path, user: p.any(), group: p.any() },
    run: ({ path, user, group }, { sys }) => changeOwner(sys, path, user, group),
  }),
  lchown: fn({
    doc: "Give a link itself to a user and a group.\n\nsalt '*' file.lchown /etc/passwd root root",
    params: { path, user: p.any(), group: p.any() },
    run: ({ path, user, group }, { sys }) => changeLinkOwner(sys, path, user, group),
  }),
  chgrp: fn({
    doc: "Give a path to a group.\n\nsalt '*' file.chgrp /etc/passwd root",
    params: { path, group: p.any() },
    run: ({ path, group }, ctx) => changeGroup(ctx, path, group),
  }),
  set_mode: fn({
    doc: "Set the mode of a path.\n\nsalt '*' file.set_mode /etc/passwd 0644",
    params: { path, mode: p.any() },
    run: ({ path, mode }, { sys }) => setMode(sys, path, mode),
  }),
  chattr: fn({
    doc: "Add or remove attributes of files.\n\nsalt '*' file.chattr foo1.txt foo2.txt operator=add attributes=ai",
    params: { files: p.rest(), kwargs: p.keywords() },
    run: ({ files, kwargs }, ctx) => changeAttributes(ctx, files, kwargs),
  }),
  check_perms: fn({
    doc: "Set owner, group, mode and attributes of a path where they differ, and tell what changed.\n\n"
      + "salt '*' file.check_perms /etc/sudoers '{}' root root 400",
    params: {
      name, ret: p.any(), user: p.any(), group: p.any(), mode: p.any(), attrs: p.string(null), follow_symlinks: p.bool(false),
      seuser: p.string(null), serole: p.string(null), setype: p.string(null), serange: p.string(null),
    },
    run: ({ name, ret, user, group, mode, attrs, follow_symlinks, seuser, serole, setype, serange }, ctx) => checkPerms(ctx, name, ret, {
      user, group, mode, attrs, follow: follow_symlinks, selinux: { user: seuser, role: serole, type: setype, range: serange },
    }),
  }),
  restorecon: fn({
    doc: "Set the SELinux context of a path to what the policy says.\n\nsalt '*' file.restorecon /home/user/.ssh/authorized_keys",
    params: { path, recursive: p.bool(false) },
    run: ({ path, recursive }, ctx) => resetContext(ctx, path, recursive),
  }),
  set_selinux_context: fn({
    doc: "Set parts of the SELinux context of a path.\n\nsalt '*' file.set_selinux_context path type=net_conf_t",
    params: {
      path, user: p.string(null), role: p.string(null), type: p.string(null), range: p.string(null),
      persist: p.bool(false, 'Keep the change in the policy'),
    },
    run: ({ path, user, role, type, range, persist }, ctx) => setContext(ctx, path, { user, role, type, range }, persist),
  }),
};

const PLACES: Readonly<Record<string, Fn>> = {
  copy: fn({
    doc: "Copy a file, or with `recurse` a folder.\n\nsalt '*' file.copy /path/to/src /path/to/dst_dir recurse=True",
    params: {
      src: p.string(), dst: p.string(), recurse: p.bool(false), remove_existing: p.bool(false, 'Remove the target first'),
    },
    run: ({ src, dst, recurse, remove_existing }, ctx) => copy(ctx, src, dst, recurse, remove_existing),
  }),
  move: fn({
    doc: "Move a file or folder.\n\nsalt '*' file.move /path/to/src /path/to/dst",
    params: { src: p.string(), dst: p.string(), disallow_copy_and_unlink: p.bool(false, 'Fail where a rename is not enough') },
    run: ({ src, dst, disallow_copy_and_unlink }, { sys }) => (disallow_copy_and_unlink ? rename(sys, src, dst) : move(sys, src, dst)),
  }),
  rename: fn({
    doc: "Rename a file or folder.\n\nsalt '*' file.rename /path/to/src /path/to/dst",
    params: { src: p.string(), dst: p.string() },
    run: ({ src, dst }, { sys }) => rename(sys, src, dst),
  }),
  remove: fn({
    doc: "Remove a file, a link or a whole folder.\n\nsalt '*' file.remove /tmp/foo",
    params: { path, kwargs: p.keywords() },
    run: ({ path }, { sys }) => remove(sys, path),
  }),
  rmdir: fn({
    doc: "Remove an empty folder, with `recurse` the empty folders below as well.\n\nsalt '*' file.rmdir /tmp/foo/",
    params: {
      path, recurse: p.bool(false), verbose: p.bool(false, 'List what was removed'), older_than: p.any(null, 'Days since the last change'),
    },
    run: ({ path, recurse, verbose, older_than }, ctx) => removeFolder(ctx, path, { recurse, verbose, olderThan: older_than }),
  }),
  mkdir: fn({
    doc: "Make a folder.\n\nsalt '*' file.mkdir /opt/jetty/context",
    params: { dir_path: p.string(), ...owner, mode: p.any(null) },
    run: ({ dir_path, user, group, mode }, ctx) => makeFolder(ctx, dir_path, { user, group, mode }),
  }),
  makedirs: fn({
    doc: "Make the folders above a path; end it with a slash to make the folder itself.\n\nsalt '*' file.makedirs /opt/code/",
    params: { path, ...owner, mode: p.any(null) },
    run: ({ path, user, group, mode }, ctx) => makeParents(ctx, path, { user, group, mode }),
  }),
  makedirs_perms: fn({
    doc: "Make a folder and what is missing above it.\n\nsalt '*' file.makedirs_perms /opt/code",
    params: { name, ...owner, mode: p.any('0755') },
    run: ({ name, user, group, mode }, ctx) => makeFolderWithPerms(ctx, name, { user, group, mode }),
  }),
  link: fn({
    doc: "Make a hard link.\n\nsalt '*' file.link /path/to/file /path/to/link",
    params: { src: p.string(), path },
    run: ({ src, path }, { sys }) => hardLink(sys, src, path),
  }),
  symlink: fn({
    doc: "Make a symbolic link.\n\nsalt '*' file.symlink /path/to/file /path/to/link",
    params: {
      src: p.string(), path, force: p.bool(false, 'Remove what is in the way'), atomic: p.bool(false, 'Replace by rename'),
      follow_symlinks: p.bool(true),
    },
    run: ({ src, path, force, atomic, follow_symlinks }, { sys }) => symbolicLink(sys, src, path, { force, atomic, follow: follow_symlinks }),
  }),
  is_hardlink: fn({
    doc: "Say whether a file has more than one name.\n\nsalt '*' file.is_hardlink /path/to/link",
    params: { path },
    run: ({ path }, { sys }) => isHardLink(sys, path),
  }),
  is_link: fn({
    doc: "Say whether a path is a symbolic link.\n\nsalt '*' file.is_link /path/to/link",
    params: { path, nostat: p.bool(false, 'Ask the folder above, not the path itself') },
    run: ({ path, nostat }, { sys }) => isLink(sys, path, nostat),
  }),
};

const LINES: Readonly<Record<string, Fn>> = {
  append: fn({
    doc: "Add lines at the end of a file.\n\nsalt '*' file.append /etc/motd \"With all thine offerings.\"",
    params: { path, args: p.rest(), kwargs: p.keywords() },
    run: ({ path, args, kwargs }, { sys }) => appendLines(sys, path, linesGiven(args, kwargs)),
  }),
  prepend: fn({
    doc: "Add lines at the start of a file.\n\nsalt '*' file.prepend /etc/motd \"With all thine offerings.\"",
    params: { path, args: p.rest(), kwargs: p.keywords() },
    run: ({ path, args, kwargs }, { sys }) => prependLines(sys, path, linesGiven(args, kwargs)),
  }),
  write: fn({
    doc: "Write lines to a file in place of what it holds.\n\nsalt '*' file.write /etc/motd \"With all thine offerings.\"",
    params: { path, args: p.rest(), kwargs: p.keywords() },
    run: ({ path, args, kwargs }, { sys }) => writeLines(sys, path, linesGiven(args, kwargs)),
  }),
  touch: fn({
    doc: "Make an empty file, or set the times of one.\n\nsalt '*' file.touch /var/log/emptyfile",
    params: { name, atime: p.any(null), mtime: p.any(null) },
    run: ({ name, atime, mtime }, { sys }) => touch(sys, name, atime, mtime),
  }),
  truncate: fn({
    doc: "Cut a file to a length.\n\nsalt '*' file.truncate /path/to/file 512",
    params: { path, length: p.any() },
    run: ({ path, length }, { sys }) => truncate(sys, path, readInteger(length)),
  }),
  seek_write: fn({
    doc: "Write bytes into the middle of a file.\n\nsalt '*' file.seek_write /path/to/file 'some data' 4096",
    params: { path, data: p.any(), offset: p.any() },
    run: ({ path, data, offset }, { sys }) => writeAt(sys, path, data, readInteger(offset)),
  }),
};

const NODES: Readonly<Record<string, Fn>> = {
  get_devmm: fn({
    doc: "Give the major and minor number of a device.\n\nsalt '*' file.get_devmm /dev/chr",
    params: { name },
    run: ({ name }, { sys }) => deviceNumbers(sys, name),
  }),
  is_blkdev: fn({
    doc: "Say whether a path is a block device.\n\nsalt '*' file.is_blkdev /dev/blk",
    params: { name },
    run: ({ name }, { sys }) => isBlockDevice(sys, name),
  }),
  is_chrdev: fn({
    doc: "Say whether a path is a character device.\n\nsalt '*' file.is_chrdev /dev/chr",
    params: { name },
    run: ({ name }, { sys }) => isCharacterDevice(sys, name),
  }),
  is_fifo: fn({
    doc: "Say whether a path is a named pipe.\n\nsalt '*' file.is_fifo /dev/fifo",
    params: { name },
    run: ({ name }, { sys }) => isPipe(sys, name),
  }),
  mknod: fn({
    doc: "Make a device (`c`, `b`) or a named pipe (`p`).\n\nsalt '*' file.mknod /dev/chr c 180 31",
    params: { name, ntype: p.any(), major: p.any(0), minor: p.any(0), ...owner, mode: p.any('0600') },
    run: ({ name, ntype, ...wish }, ctx) => makeAnyNode(ctx, name, ntype, wish),
  }),
  mknod_blkdev: fn({
    doc: "Make a block device.\n\nsalt '*' file.mknod_blkdev /dev/blk 8 999",
    params: { name, major: p.any(), minor: p.any(), ...owner, mode: p.any('0660') },
    run: ({ name, ...wish }, ctx) => makeNode(ctx, name, { ...wish, kind: 'b' }),
  }),
  mknod_chrdev: fn({
    doc: "Make a character device.\n\nsalt '*' file.mknod_chrdev /dev/chr 180 31",
    params: { name, major: p.any(), minor: p.any(), ...owner, mode: p.any('0660') },
    run: ({ name, ...wish }, ctx) => makeNode(ctx, name, { ...wish, kind: 'c' }),
  }),
  mknod_fifo: fn({
    doc: "Make a named pipe.\n\nsalt '*' file.mknod_fifo /dev/fifo",
    params: { name, ...owner, mode: p.any('0660') },
    run: ({ name, ...wish }, ctx) => makeNode(ctx, name, { ...wish, kind: 'p' }),
  }),
};

/** Everything that changes paths without editing what they hold. */
export const CHANGING: Readonly<Record<string, Fn>> = { ...RIGHTS, ...PLACES, ...LINES, ...NODES };
