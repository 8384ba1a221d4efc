/** Words that parted knows. Source: read, Salt 3008.3; parted(8). */
export const UNITS: readonly string[] = ['s', 'B', 'kB', 'MB', 'MiB', 'GB', 'GiB', 'TB', 'TiB', '%', 'cyl', 'chs', 'compact'];
export const DISK_FLAGS: readonly string[] = ['cylinder_alignment', 'pmbr_boot', 'implicit_partition_table'];
export const PARTITION_FLAGS: readonly string[] = [
  'boot', 'root', 'swap', 'hidden', 'raid', 'lvm', 'lba', 'hp-service', 'palo', 'prep', 'msftres', 'bios_grub', 'atvrecv', 'diag', 'legacy_boot', 'msftdata', 'irst', 'esp', 'type',
];
export const FILE_SYSTEMS: readonly string[] = ['btrfs', 'ext2', 'ext3', 'ext4', 'fat', 'fat32', 'fat16', 'linux-swap', 'reiserfs', 'hfs', 'hfs+', 'hfsx', 'NTFS', 'ntfs', 'ufs', 'xfs'];
export const LABELS: readonly string[] = ['aix', 'amiga', 'bsd', 'dvh', 'gpt', 'loop', 'mac', 'msdos', 'pc98', 'sun'];
