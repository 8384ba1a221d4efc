/** Grains `num_gpus` and `gpus`, from `lspci -vmm`. */
import type { Context } from '../../../kernel/contract/context.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { ask } from './look.js';

const VENDORS = ['nvidia', 'amd', 'ati', 'intel', 'cirrus logic', 'vmware', 'matrox', 'aspeed'];
const CLASSES = ['3d controller', 'display controller', 'processing accelerators', 'vga compatible controller'];

/** Devices stand apart by an empty line, their fields as `Name:\tvalue`. */
export function gpusOf(lspci: string): { vendor: string; model: string }[] {
  const devices = lspci.split(/\r?\n\r?\n/).map((block) =>
    new Map([...block.matchAll(/^(\w+):\s+(.*)$/gm)].map(([, name = '', value = '']) => [name, value.trim()])));
  return devices.filter((device) => CLASSES.includes((device.get('Class') ?? '').toLowerCase())).map((device) => {
    const words = (device.get('Vendor') ?? '').toLowerCase().split(/[^a-z0-9]/);
    return { vendor: VENDORS.find((name) => words.includes(name)) ?? 'unknown', model: device.get('Device') ?? '' };
  });
}

/** No grains without `lspci`, or when the options `enable_lspci` or `enable_gpu_grains` are off. */
export async function gpuGrains(ctx: Context): Promise<PlainMap> {
  if (ctx.opts['enable_lspci'] === false || ctx.opts['enable_gpu_grains'] === false) return {};
  const answer = await ask(ctx, ['lspci', '-vmm']);
  if (answer === undefined) return {};
  const gpus = gpusOf(answer.text);
  return { num_gpus: gpus.length, gpus };
}
