/** What udev knows of devices. Source: read, Salt 3008.3; forms of systemd 252. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { numberOrText } from './lookup/number-or-text.js';
import { runAll, word } from './lookup/programs.js';

/** Facts of one device: lines such as `N: sda`, properties as `E: DEVNAME=/dev/sda`. One line of a kind stands alone, several are a list. */
function deviceOf(block: string): PlainMap {
  const lists = new Map<string, string[]>();
  const properties: PlainMap = {};
  for (const [, kind = '', text = ''] of block.matchAll(/^\s*(\w+):(.*)$/gm)) {
    const data = text.trim();
    const cut = data.indexOf('=');
    if (kind !== 'E') lists.set(kind, [...lists.get(kind) ?? [], data]);
    else if (cut > 0) properties[data.slice(0, cut)] = numberOrText(data.slice(cut + 1));
  }
  const facts: PlainMap = Object.fromEntries([...lists].map(([kind, values]) => [kind, values.length === 1 ? values[0] ?? '' : values]));
  return Object.keys(properties).length > 0 ? { ...facts, E: properties } : facts;
}

const devicesOf = (text: string): PlainMap[] => text.split(/\n\s*\n/).map(deviceOf).filter((device) => Object.keys(device).length > 0);

async function ask(words: readonly string[], ctx: Context): Promise<PlainMap[]> {
  const done = await runAll(ctx, ['udevadm', 'info', ...words], { output_loglevel: 'quiet' });
  if (done.retcode !== 0) throw new CommandExecutionError(done.stderr);
  return devicesOf(done.stdout);
}

async function info(dev: string, ctx: Context): Promise<PlainMap> {
  const [device] = await ask(['--export', '--query=all', `--${dev.includes('sys') ? 'path' : 'name'}=${word(dev, 'Device')}`], ctx);
  return device ?? {};
}

/** Differs: devices without a subsystem are in none; Salt breaks off at them. */
async function database(subsystems: Value, ctx: Context): Promise<PlainMap[]> {
  if (subsystems !== null && !isList(subsystems)) throw new InvocationError('subsystems must be a list');
  const devices = await ask(['--export-db'], ctx);
  if (subsystems === null) return devices;
  const wanted = subsystems.map(str);
  return devices.filter(({ E: properties }) => isPlainMap(properties) && properties['SUBSYSTEM'] !== undefined && wanted.includes(str(properties['SUBSYSTEM'])));
}

const dev = { dev: p.string() };
const factOf = (kind: string, doc: string): ReturnType<typeof fn> => fn({ doc, params: dev, run: async (args: { readonly dev: string }, ctx) => (await info(args.dev, ctx))[kind] ?? null });

export default defineModule({
  name: 'udev',
  virtual: async (ctx) => ((await ctx.sys.which('udevadm')) !== undefined),
  doc: 'What udev knows of devices.',
  functions: {
    info: fn({ doc: "Give all that is known of a device.\n\nsalt '*' udev.info /dev/sda", params: dev, run: (args, ctx) => info(args.dev, ctx) }),
    env: factOf('E', "Give the properties of a device.\n\nsalt '*' udev.env /dev/sda"),
    name: factOf('N', "Give the name of a device.\n\nsalt '*' udev.name /dev/sda"),
    path: factOf('P', "Give the path of a device below /sys.\n\nsalt '*' udev.path /dev/sda"),
    links: factOf('S', "Give the links that lead to a device.\n\nsalt '*' udev.links /dev/sda"),
    exportdb: fn({ doc: "Give all devices, or those of subsystems.\n\nsalt '*' udev.exportdb subsystems='[block]'", params: { subsystems: p.any(null) }, run: ({ subsystems }, ctx) => database(subsystems, ctx) }),
  },
});
