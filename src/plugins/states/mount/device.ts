/** The device behind the name that a state was given. */
import { posix } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { compareText } from '../../../kernel/std/python-order.js';
import { realPath } from '../../../kernel/sys/file/probe.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { kernelPath, type Active, type Wish } from './wish.js';

export interface Device {
  readonly device: string;
  /** With those of the file system that is bound. */
  readonly opts: readonly string[];
  /** True when the mount point has to be taken as bound. */
  readonly isBound: boolean;
  /** Other names found on the way. */
  readonly names: readonly string[];
}

export async function resolveDevice(wish: Wish, active: ReadonlyMap<string, Active>, point: string, ctx: Context): Promise<Device | { readonly problem: string }> {
  const named = await namedDevice(wish, active, point, ctx);
  if ('problem' in named) return named;
  const volume = /^\/dev\/([^/]+)\/([^/]+)$/.exec(wish.device);
  const [, group = '', name = ''] = volume ?? [];
  const mapped = `/dev/mapper/${group.replaceAll('-', '--')}-${name.replaceAll('-', '--')}`;
  const fuse = /^\w+#(.+)/.exec(wish.device)?.[1];
  if (fuse !== undefined) return { ...named, device: fuse };
  return volume !== null && await ctx.sys.exists(mapped) ? { ...named, device: mapped } : named;
}

async function namedDevice(wish: Wish, active: ReadonlyMap<string, Active>, point: string, ctx: Context): Promise<Device | { readonly problem: string }> {
  const { device, opts } = wish;
  const plain = { opts, isBound: false, names: [] };
  const mounted = active.get(point);
  if (device.startsWith('/') && opts.includes('bind') && mounted !== undefined) return boundDevice(wish, active, mounted);
  if (device.startsWith('/')) return { ...plain, device: await realPath(ctx.sys, device) };
  const [kind = '', value = ''] = device.split('=');
  if (kind.toUpperCase() === 'UUID' && device.includes('=')) return { ...plain, device: value.replaceAll(/^"+|"+$/g, '').toLowerCase() };
  if (kind.toUpperCase() !== 'LABEL' || !device.includes('=')) return { ...plain, device };
  const asked = await ctx.call('cmd.run_all', [['blkid', '-t', `LABEL=${value}`]], { python_shell: false, ignore_retcode: true }) as PlainMap;
  if (asked['retcode'] !== 0) return { problem: `Unable to find device with label ${value}.` };
  // Differs: real Salt takes the first letter of the answer for the device.
  const names = String(asked['stdout']).split('\n').map((line) => line.split(':')[0] ?? '').filter((name) => name !== '');
  return { ...plain, device: names[0] ?? device, names };
}

/** The device of the file system that a bound folder lies in, and its options as well. */
function boundDevice({ device, opts, copyBindOptions }: Wish, active: ReadonlyMap<string, Active>, mounted: Active): Device {
  const source = mounted.device.startsWith('/') ? nearestMount(device, active) : active.get(kernelPath(device));
  const copied = source !== undefined && copyBindOptions ? [...new Set([...opts, ...source.opts, ...source.superopts])].toSorted(compareText) : opts;
  return { device: mounted.device.startsWith('/') ? source?.device ?? device : mounted.device, opts: copied, isBound: source !== undefined, names: [] };
}

function nearestMount(path: string, active: ReadonlyMap<string, Active>): Active | undefined {
  for (let at = path; ; at = posix.dirname(at)) {
    const found = active.get(kernelPath(at));
    if (found !== undefined || at === '/' || at === '.') return found;
  }
}
