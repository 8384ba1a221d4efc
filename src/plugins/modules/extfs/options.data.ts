/** Letters of the options of mke2fs and tune2fs, by the names that Salt gives them. Source: read, Salt 3008.3; mke2fs(8), tune2fs(8). */
export const MAKE: ReadonlyMap<string, string> = new Map([
  ['block_size', 'b'], ['check', 'c'], ['direct', 'D'], ['ext_opts', 'E'], ['fragment_size', 'f'], ['force', 'F'], ['blocks_per_group', 'g'], ['number_of_groups', 'G'], ['bytes_per_inode', 'i'],
  ['inode_size', 'I'], ['journal', 'j'], ['journal_opts', 'J'], ['blocks_file', 'l'], ['label', 'L'], ['reserved', 'm'], ['last_dir', 'M'], ['test', 'n'], ['number_of_inodes', 'N'], ['creator_os', 'o'],
  ['opts', 'O'], ['revision', 'r'], ['super', 'S'], ['usage_type', 'T'], ['uuid', 'U'], ['cluster_size', 'C'], ['root_directory', 'd'], ['errors_behavior', 'e'],
]);

export const TUNE: ReadonlyMap<string, string> = new Map([
  ['max', 'c'], ['count', 'C'], ['error', 'e'], ['extended_opts', 'E'], ['force', 'f'], ['group', 'g'], ['interval', 'i'], ['journal', 'j'], ['journal_opts', 'J'], ['label', 'L'], ['last_dir', 'M'], ['opts', 'o'],
  ['feature', 'O'], ['mmp_check', 'p'], ['reserved', 'r'], ['reserved_percentage', 'm'], ['quota_opts', 'Q'], ['time', 'T'], ['user', 'u'], ['uuid', 'U'],
]);

/** Lines of mke2fs that only tell how far it is. */
export const PROGRESS: readonly string[] = ['mke2fs', 'Discarding device blocks', 'Allocating group tables', 'Writing inode tables', 'Creating journal', 'Writing superblocks'];
