/** Sizes of the ring buffers of an interface, by `ethtool`. Source: read, Salt 3008.3; ethtool(8). */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { fields, outputLines, word } from '../lookup/programs.js';

const ETHTOOL = '/sbin/ethtool';
const RINGS = ['rx', 'tx', 'rx-mini', 'rx-jumbo'];

const hasProgram = async (ctx: Context): Promise<boolean> => ctx.grains['kernel'] === 'Linux' && ctx.sys.exists(ETHTOOL);

export async function ringSizes(device: string, ctx: Context): Promise<PlainMap> {
  return (await hasProgram(ctx)) ? readRingSizes(await outputLines(ctx, [ETHTOOL, '-g', word(device, 'Interface')])) : {};
}

export function readRingSizes(lines: readonly string[]): PlainMap {
  const sizes: PlainMap = { result: false };
  let suffix = 'max-';
  for (const line of lines) {
    const [, name, size] = /^(.+):\s+(\d+)$/.exec(line) ?? [];
    if (name !== undefined) Object.assign(sizes, { [name.toLowerCase().replaceAll(' ', '-') + suffix]: Number(size), result: true });
    else if (line.endsWith('maximums:')) suffix = '-max';
    else if (line.endsWith('settings:')) suffix = '';
  }
  if (sizes['result'] === true) return sizes;
  const words = fields(lines.join('\n'));
  return { ...sizes, comment: words[0]?.endsWith('sh:') === true ? words.slice(1).join(' ') : lines.join('\n') };
}

export async function setRingSizes(device: string, args: readonly Value[], sizes: PlainMap, ctx: Context): Promise<Value> {
  if (!(await hasProgram(ctx))) return false;
  const usage = { result: false, comment: 'Requires rx=<val> tx==<val> rx-mini=<val> and/or rx-jumbo=<val>' };
  if (Object.keys(sizes).length === 0) return usage;
  if (args.length > 0) return { result: false, comment: `Unknown arguments: ${args.map(str).join(' ')}` };
  const words = RINGS.flatMap((name) => (sizes[name] === undefined || sizes[name] === null ? [] : [name, str(sizes[name])]));
  if (words.length === 0) return usage;
  const output = (await outputLines(ctx, [ETHTOOL, '-G', word(device, 'Interface'), ...words])).join('\n');
  return output === '' ? { result: true, comment: words.join(' ') } : { result: false, comment: output };
}
