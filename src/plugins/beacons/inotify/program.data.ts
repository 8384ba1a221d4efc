/**
 * The program that speaks to the kernel: Node has no way to inotify but `fs.watch`, which knows neither masks nor openings and closings, so
 * that Perl asks, which every Debian has (perl-base) and which needs no module for it. `docs/beacons.md` says what was weighed.
 *
 * It reads orders, one a line: `A number mask path-in-hex` and `R watch`; what the kernel gives goes out as it is (inotify(7)). The answer to
 * an order is an event of mask 0, which the kernel never gives: the watch, or minus the error, and the number as cookie.
 */
export const INOTIFY_PROGRAM = `
use strict;
my ($init, $add, $remove) = map { $_ + 0 } @ARGV;
my $fd = syscall($init, 02004000);
$fd >= 0 or die "inotify: $!\\n";
open(my $kernel, '<&=', $fd) or die "inotify: $!\\n";
binmode($_) for ($kernel, *STDIN, *STDOUT);
sub put {
  my ($data) = @_;
  for (my $at = 0; $at < length $data;) {
    my $done = syswrite(STDOUT, $data, 65536, $at);
    defined $done or exit 1;
    $at += $done;
  }
}
my $orders = '';
my $both = '';
vec($both, 0, 1) = 1;
vec($both, $fd, 1) = 1;
while (1) {
  my $ready = $both;
  select($ready, undef, undef, undef) > 0 or next;
  if (vec($ready, 0, 1)) {
    sysread(STDIN, $orders, 65536, length $orders) or exit 0;
    while ($orders =~ s/^([^\\n]*)\\n//) {
      my ($what, $number, $mask, $hex) = split / /, $1;
      if ($what eq 'A') {
        my $path = pack('H*', $hex) . "\\0";
        my $watch = syscall($add, $fd, $path, $mask + 0);
        put(pack('lLLL', $watch < 0 ? -($! + 0) : $watch, 0, $number + 0, 0));
      } else {
        syscall($remove, $fd, $number + 0);
      }
    }
  }
  if (vec($ready, $fd, 1)) {
    my $data = '';
    put($data) if sysread($kernel, $data, 65536);
  }
}
`;

/** Numbers of inotify_init1, inotify_add_watch and inotify_rm_watch, by Node's name of the processor. Source: read, Linux's system call tables. */
export const SYSTEM_CALLS: Readonly<Record<string, readonly [init: number, add: number, remove: number]>> = {
  x64: [294, 254, 255], ia32: [332, 292, 293], arm64: [26, 27, 28], riscv64: [26, 27, 28], loong64: [26, 27, 28], arm: [360, 317, 318], ppc64: [318, 276, 277],
  s390x: [324, 285, 286],
};

/** Source: read, inotify(7). */
export const MASKS = {
  access: 0x1, modify: 0x2, attrib: 0x4, close_write: 0x8, close_nowrite: 0x10, open: 0x20, moved_from: 0x40, moved_to: 0x80, create: 0x100, delete: 0x200,
  delete_self: 0x400, move_self: 0x800, unmount: 0x2000, q_overflow: 0x4000, ignored: 0x8000,
  onlydir: 0x0100_0000, dont_follow: 0x0200_0000, excl_unlink: 0x0400_0000, isdir: 0x4000_0000, oneshot: 0x8000_0000,
} as const;
