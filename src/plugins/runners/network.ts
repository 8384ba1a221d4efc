/** Wakes machines up over the network. */
import type { Context } from '../../kernel/contract/context.js';
import { PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { asError } from '../../kernel/std/async.js';
import { isMap, mapEntries, mapGet } from '../../kernel/std/value.js';
import { wakeMachine, type WakeAddress } from '../../kernel/sys/wake-on-lan.js';
import { knownOf } from './lookup/targeted.js';

const WAKE_PARAMS = { bcast: p.string('255.255.255.255', 'address of all'), destport: p.int(9, 'UDP port') };

/** Whatever goes wrong is told as progress, with the words of a file that cannot be read, and nothing is given back. */
async function wakeListed(ctx: Context, path: string, where: WakeAddress): Promise<string[]> {
  const woken: string[] = [];
  try {
    const text = await ctx.sys.fs.readFile(path, 'utf8');
    for (const line of text.replace(/\n$/, '').split('\n')) {
      const mac = line.trim();
      await wakeMachine(mac, where);
      ctx.port('runner').print(ctx.job, `Waking up ${mac}`);
      woken.push(mac);
    }
    return woken;
  } catch (error) {
    await ctx.port('runner').progress(ctx.job, { error: `Failed to open the MAC file. Error: ${asError(error).message}` });
    return [];
  }
}

async function wakeMatching(ctx: Context, tgt: string, tgtType: string, where: WakeAddress): Promise<string[]> {
  const woken: string[] = [];
  for (const [, grains] of mapEntries(await knownOf(ctx, 'grains', tgt, tgtType))) {
    const interfaces = isMap(grains) ? mapGet(grains, 'hwaddr_interfaces') : undefined;
    if (interfaces === undefined || !isMap(interfaces)) throw new PythonError('KeyError', "'hwaddr_interfaces'");
    for (const [name, address] of mapEntries(interfaces)) {
      if (name === 'lo') continue;
      const mac = String(address).trim();
      await wakeMachine(mac, where);
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
        await wakeMachine(mac, where);
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
