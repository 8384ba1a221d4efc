/** Block devices over files of a temporary folder, by the loop driver of this machine; gone when they are disposed of. */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Files in memory: programs of disks wait for each write. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export interface LoopDevices extends Disposable {
  readonly folder: string;
  readonly devices: readonly string[];
}

function attach(path: string): string {
  const done = spawnSync('losetup', ['--find', '--show', path], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`losetup: ${done.stderr ?? String(done.error)}`);
  const device = done.stdout.trim();
  reset(device);
  return device;
}
/** A number that is given again keeps the settings of its last device, "read only" among them. */
const reset = (device: string): void => void spawnSync('blockdev', ['--setrw', '--setra', '256', device]);
function detach(device: string): void {
  reset(device);
  spawnSync('losetup', ['--detach', device]);
}

export function openLoops(count: number, megabytes: number): LoopDevices {
  const folder = mkdtempSync(join(MEMORY, 'tsalt-loop-'));
  const devices: string[] = [];
  const close = (): void => {
    for (const device of devices) detach(device);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (let at = 0; at < count; at += 1) {
      const path = join(folder, `disk${at}`);
      closeSync(openSync(path, 'w'));
      truncateSync(path, megabytes * 1024 * 1024);
      devices.push(attach(path));
    }
  } catch (error) {
    close();
    throw error;
  }
  return { folder, devices, [Symbol.dispose]: close };
}

/** Why there can be none here, or that one of the programs is not there; else false. */
export function loopObstacle(...programs: string[]): string | false {
  if (process.getuid?.() !== 0) return 'needs root to make block devices';
  const missing = programs.find((program) => spawnSync('which', [program]).status !== 0);
  if (missing !== undefined) return `needs the program ${missing}`;
  try {
    openLoops(1, 1)[Symbol.dispose]();
    return false;
  } catch (error) {
    return `needs the loop driver: ${String(error)}`;
  }
}

/**
 * A configuration of LVM that sees these devices only and keeps its files in their folder, for the environment. Nothing is activated, so
 * the device mapper of the kernel is not asked: volumes are real, but no devices.
 */
export function lvmFolder({ folder, devices }: LoopDevices): Record<string, string> {
  const system = join(folder, 'lvm');
  mkdirSync(system);
  const filter = [...devices.map((device) => `"a|^${device}$|"`), '"r|.*|"'].join(', ');
  writeFileSync(join(system, 'lvm.conf'), [
    `devices { filter = [ ${filter} ]`, ' use_devicesfile = 0', ' obtain_device_list_from_udev = 0', ' external_device_info_source = "none"', ' hints = "none"', '}',
    `global { activation = 0`, ` locking_dir = "${folder}/lock"`, ' event_activation = 0', '}', `backup { backup_dir = "${folder}/backup"`, ` archive_dir = "${folder}/archive"`, '}',
    'activation { udev_sync = 0', ' udev_rules = 0', ' monitoring = 0', '}', '',
  ].join('\n'));
  return { LVM_SYSTEM_DIR: system, LVM_SUPPRESS_FD_WARNINGS: '1' };
}
