/** Wakes machines up over the network. */
import { createSocket } from 'node:dgram';
import type { Context } from '../../kernel/contract/context.js';
import { PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { asError } from '../../kernel/std/async.js';
import { repr } from '../../kernel/std/python-text.js';
import { isMap, mapEntries, mapGet } from '../../kernel/std/value.js';
import { knownOf } from './lookup/targeted.js';

const MAC_REPEATS = 16;
const SEND_WITHIN_MS = 5000;
const WAKE_PARAMS = { bcast: p.string('255.255.255.255', 'address of all'), destport: p.int(9, 'UDP port') };

interface Where {
  readonly bcast: string;
  readonly destport: number;
}

/** Twelve digits, or six pairs with any sign between them. @throws PythonError (a ValueError) */
function macBytes(mac: string): Buffer {
  if (mac.length !== 12 && mac.length !== 17) throw new PythonError('ValueError', 'Invalid MAC address');
  const digits = mac.length === 12 ? mac : mac.replaceAll(mac[2] as string, '');
  const pairs = [0, 2, 4, 6, 8, 10].map((at) => digits.slice(at, at + 2));
  const wrong = pairs.find((pair) => !/^[\da-f]{1,2}$/i.test(pair));
  if (wrong !== undefined) throw new PythonError('ValueError', `invalid literal for int() with base 16: ${repr(wrong)}`);
  return Buffer.from(pairs.map((pair) => parseInt(pair, 16)));
}

/** Six bytes of ones, then the address sixteen times. */
async function wake(mac: string, { bcast, destport }: Where): Promise<void> {
  const packet = Buffer.concat([Buffer.alloc(6, 0xff), ...Array<Buffer>(MAC_REPEATS).fill(macBytes(mac))]);
  const socket = createSocket('udp4');
  const timer = setTimeout(() => socket.emit('error', new Error('not sent in time')), SEND_WITHIN_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, () => {
        socket.setBroadcast(true);
        socket.send(packet, destport, bcast, (error) => (error === null ? resolve() : reject(error)));
      });
    });
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}

/** Whatever goes wrong is told as progress, with the words of a file that cannot be read, and nothing is given back. */
async function wakeListed(ctx: Context, path: string, where: Where): Promise<string[]> {
  const woken: string[] = [];
  try {
    const text = await ctx.sys.fs.readFile(path, 'utf8');
    for (const line of text.replace(/\n$/, '').split('\n')) {
      const mac = line.trim();
      await wake(mac, where);
      ctx.port('runner').print(ctx.job, `Waking up ${mac}`);
      woken.push(mac);
    }
    return woken;
  } catch (error) {
    await ctx.port('runner').progress(ctx.job, { error: `Failed to open the MAC file. Error: ${asError(error).message}` });
    return [];
  }
}

async function wakeMatching(ctx: Context, tgt: string, tgtType: string, where: Where): Promise<string[]> {
  const woken: string[] = [];
  for (const [, grains] of mapEntries(await knownOf(ctx, 'grains', tgt, tgtType))) {
    const interfaces = isMap(grains) ? mapGet(grains, 'hwaddr_interfaces') : undefined;
    if (interfaces === undefined || !isMap(interfaces)) throw new PythonError('KeyError', "'hwaddr_interfaces'");
    for (const [name, address] of mapEntries(interfaces)) {
      if (name === 'lo') continue;
      const mac = String(address).trim();
      await wake(mac, where);
      ctx.log.info({ mac }, 'woken');
      woken.push(mac);
    }
  }
  return woken;
}

export default defineRunner({
  name: 'network',
  doc: 'Wakes machines up over the network.',
  functions: {
    wol: fn({
      doc: 'Wake one machine.\n\nsalt-run network.wol 08-00-27-13-69-77',
      params: { mac: p.string(), ...WAKE_PARAMS },
      async run({ mac, ...where }) {
        await wake(mac, where);
        return true;
      },
    }),
    wollist: fn({
      doc: 'Wake the machines listed in a file, one address on each line.\n\nsalt-run network.wollist /path/to/maclist',
      params: { maclist: p.string(), ...WAKE_PARAMS },
      run: ({ maclist, ...where }, ctx) => wakeListed(ctx, maclist, where),
    }),
    wolmatch: fn({
      doc: 'Wake the minions that a target names, at the addresses the master knows.\n\nsalt-run network.wolmatch 192.168.0.0/16 tgt_type=ipcidr',
      params: { tgt: p.string(), tgt_type: p.string('glob'), ...WAKE_PARAMS },
      run: ({ tgt, tgt_type, ...where }, ctx) => wakeMatching(ctx, tgt, tgt_type, where),
    }),
  },
});
