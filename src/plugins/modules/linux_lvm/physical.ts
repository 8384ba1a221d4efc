/** Physical volumes: devices that LVM may use. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { isOsError } from '../../../kernel/std/os-error.js';
import { isTruthy, mapSize, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { PV_CREATE } from './options.data.js';
import { complaint, devicesOf, optionWords, report } from './programs.js';
import { byFirst, PHYSICAL, rowsOf } from './report.js';

async function realPath(path: string, ctx: Context): Promise<string> {
  try {
    return await ctx.sys.fs.realpath(path);
  } catch (error) {
    if (isOsError(error)) return path;
    throw error;
  }
}

export async function physicalVolumes(name: string, real: boolean, quiet: boolean, ctx: Context): Promise<PlainMap> {
  const rows = rowsOf(await report('pvdisplay', name, quiet, ctx), PHYSICAL);
  if (!real) return byFirst(rows, PHYSICAL);
  const entries = rows.map(async (row): Promise<[string, PlainMap]> => {
    const device = await realPath(row['Physical Volume Device'] ?? '', ctx);
    return [device, { ...row, 'Real Physical Volume Device': device }];
  });
  return Object.fromEntries(await Promise.all(entries));
}

const isVolume = async (device: string, ctx: Context): Promise<boolean> => mapSize(await physicalVolumes(device, false, true, ctx)) > 0;

const firmness = (force: boolean): string => (force ? '--yes' : '-qq');

/** Says whose state did not come out as asked, or true. */
async function verified(devices: readonly string[], isWanted: boolean, ctx: Context): Promise<string | true> {
  for (const device of devices) if (await isVolume(device, ctx) !== isWanted) return `Device "${device}" was not affected.`;
  return true;
}

export interface Wish {
  readonly devices: Value;
  /** Leave out those that are as wanted; else they are an error. */
  readonly override: boolean;
  readonly force: boolean;
}

export async function createPhysical({ devices: given, override, force, kwargs }: Wish & { readonly kwargs: PlainMap }, ctx: Context): Promise<string | true> {
  if (!isTruthy(given)) return 'Error: at least one device is required';
  const devices = devicesOf(given);
  const fresh: string[] = [];
  for (const device of devices) {
    if (!await ctx.sys.exists(device)) return `${device} does not exist`;
    if (!await isVolume(device, ctx)) fresh.push(device);
    else if (!override) return `Device "${device}" is already an LVM physical volume.`;
  }
  if (fresh.length === 0) return true;
  return await complaint(['pvcreate', firmness(force), ...fresh, ...optionWords(PV_CREATE, kwargs)], ctx) ?? verified(devices, true, ctx);
}

/** Those of the devices that are physical volumes, or a complaint. */
async function known({ devices: given, override }: Wish, ctx: Context): Promise<string[] | string> {
  const found: string[] = [];
  for (const device of devicesOf(given)) {
    if (await isVolume(device, ctx)) found.push(device);
    else if (!override) return `${device} is not a physical volume`;
  }
  return found;
}

export async function removePhysical(wish: Wish, ctx: Context): Promise<string | true> {
  const devices = await known(wish, ctx);
  if (typeof devices === 'string') return devices;
  if (devices.length === 0) return true;
  return await complaint(['pvremove', firmness(wish.force), ...devices], ctx) ?? verified(devices, false, ctx);
}

export async function resizePhysical(wish: Wish, ctx: Context): Promise<string | true> {
  const devices = await known(wish, ctx);
  if (typeof devices === 'string') return devices;
  if (devices.length === 0) return true;
  return await complaint(['pvresize', firmness(wish.force), ...devices], ctx) ?? true;
}
