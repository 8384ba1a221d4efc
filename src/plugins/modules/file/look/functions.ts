/** Functions that only look: facts, hashes, content, search. */
import { InvocationError, PythonError } from '../../../../kernel/contract/errors.js';
import { p } from '../../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../../kernel/contract/plugin.js';
import { groupName, groupNumber, userName, userNumber } from '../ground/accounts.js';
import { basename, dirname, joinPath, normalizePath } from '../../../../kernel/sys/file/paths.js';
import { globPaths } from '../ground/glob.js';
import { expandUser, isDirectory, isRegularFile } from '../../../../kernel/sys/file/probe.js';
import { str } from '../../../../kernel/std/python-text.js';
import { readAttributes } from './attributes.js';
import { containsPattern } from './contains-pattern.js';
import { find } from './find.js';
import { fitsHash, hashFile, sumOf } from './hash.js';
import { containsGlob, containsText, grep, listFolder, readAt, readFile, readInteger, readLink } from './read.js';
import { readContext } from './selinux.js';
import { factsOf, lstatMap, mayAccess } from './stat.js';
import { openFiles, treeBytes } from './usage.js';
import { volumeFigures } from './volume.js';

const path = p.string();
const follow = p.bool(true, 'Describe what a link leads to, not the link');

const FACTS: Readonly<Record<string, Fn>> = {
  access: fn({
    doc: "Say whether a path may be read, written or executed, or is there at all.\n\nsalt '*' file.access /path/to/file r",
    params: { path, mode: p.any() },
    run: ({ path, mode }, ctx) => mayAccess(ctx, path, mode),
  }),
  directory_exists: fn({
    doc: "Say whether a path is a folder.\n\nsalt '*' file.directory_exists /etc",
    params: { path },
    run: async ({ path }, { sys }) => isDirectory(sys, await expandUser(sys, path)),
  }),
  file_exists: fn({
    doc: "Say whether a path is a regular file.\n\nsalt '*' file.file_exists /etc/passwd",
    params: { path },
    run: async ({ path }, { sys }) => isRegularFile(sys, await expandUser(sys, path)),
  }),
  path_exists_glob: fn({
    doc: "Say whether anything fits a path with wildcards.\n\nsalt '*' file.path_exists_glob '/etc/pam*/pass*'",
    params: { path },
    run: async ({ path }, { sys }) => (await globPaths(sys, await expandUser(sys, path))).length > 0,
  }),
  stats: fn({
    doc: "Give owner, mode, times, size and type of a path.\n\nsalt '*' file.stats /etc/passwd",
    params: { path, hash_type: p.string(null, 'Also give the hash of the content'), follow_symlinks: follow },
    run: async ({ path, hash_type, follow_symlinks }, { sys }) => ({ ...(await factsOf(sys, path, hash_type, follow_symlinks)) }),
  }),
  lstat: fn({
    doc: "Give the raw figures of a path, links not followed.\n\nsalt '*' file.lstat /path/to/file",
    params: { path },
    run: ({ path }, { sys }) => lstatMap(sys, path),
  }),
  statvfs: fn({
    doc: "Give the figures of the file system that holds a path.\n\nsalt '*' file.statvfs /path/to/file",
    params: { path },
    run: ({ path }, ctx) => volumeFigures(ctx, path),
  }),
  get_mode: fn({
    doc: "Give the mode of a path.\n\nsalt '*' file.get_mode /etc/passwd",
    params: { path, follow_symlinks: follow },
    run: async ({ path, follow_symlinks }, { sys }) => (await factsOf(sys, path, null, follow_symlinks)).mode,
  }),
  get_user: fn({
    doc: "Give the name of the user who owns a path.\n\nsalt '*' file.get_user /etc/passwd",
    params: { path, follow_symlinks: follow },
    run: async ({ path, follow_symlinks }, { sys }) => (await factsOf(sys, path, null, follow_symlinks)).user,
  }),
  get_uid: fn({
    doc: "Give the number of the user who owns a path.\n\nsalt '*' file.get_uid /etc/passwd",
    params: { path, follow_symlinks: follow },
    run: async ({ path, follow_symlinks }, { sys }) => (await factsOf(sys, path, null, follow_symlinks)).uid,
  }),
  get_group: fn({
    doc: "Give the name of the group that owns a path.\n\nsalt '*' file.get_group /etc/passwd",
    params: { path, follow_symlinks: follow },
    run: async ({ path, follow_symlinks }, { sys }) => (await factsOf(sys, path, null, follow_symlinks)).group,
  }),
  get_gid: fn({
    doc: "Give the number of the group that owns a path.\n\nsalt '*' file.get_gid /etc/passwd",
    params: { path, follow_symlinks: follow },
    run: async ({ path, follow_symlinks }, { sys }) => (await factsOf(sys, path, null, follow_symlinks)).gid,
  }),
  lsattr: fn({
    doc: "Give the attributes that chattr set on a path.\n\nsalt '*' file.lsattr /path/to/file",
    params: { path },
    run: ({ path }, ctx) => readAttributes(ctx, path),
  }),
  get_selinux_context: fn({
    doc: "Give the SELinux context of a path.\n\nsalt '*' file.get_selinux_context /etc/hosts",
    params: { path },
    run: ({ path }, ctx) => readContext(ctx, path),
  }),
  diskusage: fn({
    doc: "Give the bytes that all files below a path have, links counted once.\n\nsalt '*' file.diskusage /path/to/check",
    params: { path },
    run: ({ path }, ctx) => treeBytes(ctx, path),
  }),
  open_files: fn({
    doc: "List the files that processes hold open, with the numbers of the processes.\n\nsalt '*' file.open_files by_pid=True",
    params: { by_pid: p.bool(false, 'Turn the list round: files by process') },
    run: ({ by_pid }, ctx) => openFiles(ctx, by_pid),
  }),
};

const NAMES: Readonly<Record<string, Fn>> = {
  gid_to_group: fn({
    doc: "Give the name of a group number.\n\nsalt '*' file.gid_to_group 0",
    params: { gid: p.any() },
    run: ({ gid }, { sys }) => groupName(sys, gid),
  }),
  group_to_gid: fn({
    doc: "Give the number of a group.\n\nsalt '*' file.group_to_gid root",
    params: { group: p.any() },
    run: ({ group }, { sys }) => groupNumber(sys, group),
  }),
  uid_to_user: fn({
    doc: "Give the name of a user number.\n\nsalt '*' file.uid_to_user 0",
    params: { uid: p.any() },
    run: ({ uid }, { sys }) => userName(sys, uid),
  }),
  user_to_uid: fn({
    doc: "Give the number of a user.\n\nsalt '*' file.user_to_uid root",
    params: { user: p.any() },
    run: ({ user }, { sys }) => userNumber(sys, user),
  }),
  basename: fn({
    doc: "Give the last part of a path.\n\nsalt '*' file.basename 'test/test.config'",
    params: { path },
    run: ({ path }) => basename(path),
  }),
  dirname: fn({
    doc: "Give a path without its last part.\n\nsalt '*' file.dirname 'test/path/filename.config'",
    params: { path },
    run: ({ path }) => dirname(path),
  }),
  join: fn({
    doc: "Join parts to a path.\n\nsalt '*' file.join '/' 'usr' 'local' 'bin'",
    params: { args: p.rest() },
    run: ({ args }) => {
      const [first, ...others] = args.map(str);
      if (first === undefined) throw new PythonError('TypeError', "join() missing 1 required positional argument: 'a'");
      return joinPath(first, ...others);
    },
  }),
  normpath: fn({
    doc: "Give a path without doubled slashes, `.` and `..`.\n\nsalt '*' file.normpath 'a/b/c/..'",
    params: { path },
    run: ({ path }) => normalizePath(path),
  }),
  pardir: fn({
    doc: "Give the sign for the parent folder.\n\nsalt '*' file.pardir",
    run: () => '..',
  }),
};

const CONTENT: Readonly<Record<string, Fn>> = {
  check_hash: fn({
    doc: "Say whether a file has a hash, given as `md5:...`, `md5=...` or alone.\n\nsalt '*' file.check_hash /etc/fstab md5:<md5sum>",
    params: { path, file_hash: p.any() },
    run: ({ path, file_hash }, { sys }) => {
      if (typeof file_hash !== 'string') throw new InvocationError('hash must be a string');
      return fitsHash(sys, path, file_hash);
    },
  }),
  get_hash: fn({
    doc: "Give the hash of a file's content.\n\nsalt '*' file.get_hash /etc/shadow",
    params: { path, form: p.string('sha256'), chunk_size: p.int(65536, 'Bytes read at once') },
    run: ({ path, form, chunk_size }, { sys }) => hashFile(sys, path, form, chunk_size),
  }),
  get_sum: fn({
    doc: "Give the hash of a file's content, or `File not found`.\n\nsalt '*' file.get_sum /etc/passwd sha512",
    params: { path, form: p.string('sha256') },
    run: ({ path, form }, { sys }) => sumOf(sys, path, form),
  }),
  contains: fn({
    doc: "Say whether a file contains a text.\n\nsalt '*' file.contains /etc/crontab 'mymaintenance.sh'",
    params: { path, text: p.any() },
    run: ({ path, text }, { sys }) => containsText(sys, path, text),
  }),
  contains_glob: fn({
    doc: "Say whether the content of a file fits a pattern with wildcards.\n\nsalt '*' file.contains_glob /etc/foobar '*cheese*'",
    params: { path, glob_expr: p.string() },
    run: ({ path, glob_expr }, { sys }) => containsGlob(sys, path, glob_expr),
  }),
  contains_regex: fn({
    doc: "Say whether a line of a file fits a regular expression.\n\nsalt '*' file.contains_regex /etc/crontab '^root'",
    params: { path, regex: p.string(), lchar: p.string('', 'Characters to cut off at the start of each line first') },
    run: ({ path, regex, lchar }, { sys }) => containsPattern(sys, path, regex, lchar),
  }),
  find: fn({
    doc: "List paths below a folder that fit criteria: name, iname, regex, iregex, type, owner, group, size, mtime, grep, "
      + "mindepth, maxdepth; print, exec or delete them.\n\nsalt '*' file.find /var/log name=\\*.[0-9] mtime=+30d size=+10m delete",
    params: { path, args: p.rest(), kwargs: p.keywords() },
    run: ({ path, args, kwargs }, ctx) => find(ctx, path, args, kwargs),
  }),
  grep: fn({
    doc: "Search files with the program grep and give its answer.\n\nsalt '*' file.grep /etc/passwd nobody -- -i",
    params: { path, pattern: p.string(), opts: p.rest() },
    run: ({ path, pattern, opts }, ctx) => grep(ctx, path, pattern, opts),
  }),
  read: fn({
    doc: "Give the content of a file.\n\nsalt '*' file.read /path/to/file",
    params: { path, binary: p.bool(false, 'Give bytes') },
    run: ({ path, binary }, { sys }) => readFile(sys, path, binary),
  }),
  readdir: fn({
    doc: "List the names in a folder, `.` and `..` among them.\n\nsalt '*' file.readdir /path/to/dir/",
    params: { path },
    run: ({ path }, { sys }) => listFolder(sys, path),
  }),
  readlink: fn({
    doc: "Give what a symbolic link leads to.\n\nsalt '*' file.readlink /path/to/link",
    params: { path, canonicalize: p.bool(false, 'Follow it to the end') },
    run: ({ path, canonicalize }, { sys }) => readLink(sys, path, canonicalize),
  }),
  seek_read: fn({
    doc: "Give bytes from the middle of a file.\n\nsalt '*' file.seek_read /path/to/file 4096 0",
    params: { path, size: p.any(), offset: p.any() },
    run: ({ path, size, offset }, { sys }) => readAt(sys, path, readInteger(size), readInteger(offset)),
  }),
};

/** Everything that changes nothing. */
export const LOOKING: Readonly<Record<string, Fn>> = { ...FACTS, ...NAMES, ...CONTENT };
