/**
 * Grains of the firmware: `biosversion`, `biosvendor`, `boardname`, `productname`, `manufacturer`, `biosreleasedate`,
 * `uuid`, `serialnumber`. From the kernel, else from `dmidecode`, else from U-Boot; on boards also from the device tree.
 *
 * Source: read, Salt 3008.3.
 */
import type { Context } from '../../../kernel/contract/context.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { isClean } from './firmware-words.js';
import { ask, bytesOf, isFolder, isThere, textOf } from './look.js';

const DMI_FOLDER = '/sys/class/dmi/id';
const DMI_FILES: readonly (readonly [grain: string, file: string])[] = [
  ['biosversion', 'bios_version'], ['biosvendor', 'bios_vendor'], ['boardname', 'board_name'], ['productname', 'product_name'],
  ['manufacturer', 'sys_vendor'], ['biosreleasedate', 'bios_date'], ['uuid', 'product_uuid'], ['serialnumber', 'product_serial'],
];
const DMIDECODE_NAMES: readonly (readonly [grain: string, name: string])[] = [
  ['biosversion', 'bios-version'], ['biosvendor', 'bios-vendor'], ['productname', 'system-product-name'],
  ['manufacturer', 'system-manufacturer'], ['biosreleasedate', 'bios-release-date'], ['uuid', 'system-uuid'],
];
const NO_TABLE = /^\/dev\/mem: |^# No SMBIOS nor DMI entry point found/m;
/** The first clean one is the serial number. */
const SERIAL_NAMES = ['system-serial-number', 'chassis-serial-number', 'baseboard-serial-number'];
const UBOOT_NAMES: readonly (readonly [grain: string, name: string])[] =
  [['manufacturer', 'manufacturer'], ['serialnumber', 'serial#'], ['productname', 'DeviceDesc']];
const DEVICE_TREE = '/proc/device-tree';

export async function hardwareGrains(ctx: Context): Promise<PlainMap> {
  if (await isThere(ctx, DMI_FOLDER)) return ofKernel(ctx);
  const [dmidecode, smbios, uboot] = await Promise.all(['dmidecode', 'smbios', 'fw_printenv'].map((name) => ctx.sys.which(name)));
  const reader = dmidecode ?? smbios;
  if (reader !== undefined) return ofDmidecode(ctx, reader);
  return uboot === undefined ? {} : ofUboot(ctx, uboot);
}

/** What only root may read is left out. */
async function ofKernel(ctx: Context): Promise<PlainMap> {
  const values = await Promise.all(DMI_FILES.map(async ([grain, file]): Promise<[string, Value][]> => {
    const text = (await bytesOf(ctx, `${DMI_FOLDER}/${file}`))?.toString('utf8').trim();
    return text === undefined ? [] : [[grain, grain === 'uuid' ? text.toLowerCase() : text]];
  }));
  return Object.fromEntries(values.flat());
}

async function ofDmidecode(ctx: Context, reader: string): Promise<PlainMap> {
  const textFor = async (name: string): Promise<string> => (await ask(ctx, [reader, '-s', name], { withErrors: true }))?.text.trim() ?? '';
  // Each question is a program: on a machine without a table they all have this answer.
  if (NO_TABLE.test(await textFor('bios-version'))) return {};
  const read = async (name: string): Promise<string | undefined> => {
    const text = await textFor(name);
    const value = text.split('\n').filter((line) => !line.startsWith('#')).join('\n');
    return value.startsWith('/dev/mem') || !isClean(name, value) ? undefined : value;
  };
  const [values, serials] = await Promise.all([
    Promise.all(DMIDECODE_NAMES.map(async ([grain, name]) => [grain, await read(name)] as const)),
    Promise.all(SERIAL_NAMES.map(read)),
  ]);
  const grains: PlainMap = {};
  for (const [grain, value] of [...values, ['serialnumber', serials.find((serial) => serial !== undefined)] as const]) {
    if (value !== undefined) grains[grain] = grain === 'uuid' ? value.toLowerCase() : value;
  }
  return grains;
}

async function ofUboot(ctx: Context, program: string): Promise<PlainMap> {
  const grains: PlainMap = {};
  for (const [grain, name] of UBOOT_NAMES) {
    const answer = await ask(ctx, [program, name]);
    if (answer?.code !== 0) continue;
    const value = answer.text.split('=')[1] ?? '';
    grains[grain] = isClean(grain, value) ? value : null;
  }
  return grains;
}

export async function deviceTreeGrains(ctx: Context): Promise<PlainMap> {
  if (!await isFolder(ctx, DEVICE_TREE)) return {};
  const read = async (name: string): Promise<string> => (await textOf(ctx, `${DEVICE_TREE}/${name}`))?.replace(/\0+$/, '') ?? '';
  const [model, systemId, serial] = await Promise.all(['model', 'system-id', 'serial-number'].map(read));
  return deviceTreeFacts(model ?? '', serial || systemId || '');
}

/** A model is `manufacturer,product`, or the product alone. */
export function deviceTreeFacts(model: string, serial: string): PlainMap {
  const comma = model.indexOf(',');
  const product = comma < 0 ? { productname: model } : { manufacturer: model.slice(0, comma), productname: model.slice(comma + 1) };
  return { ...(model === '' ? {} : product), ...(serial === '' ? {} : { serialnumber: serial }) };
}
