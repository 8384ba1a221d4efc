/** Processes that run, or do not. Source: golden events/beacon-ps; read, Salt 3008.3. */
import { beaconOptions, defineBeacon } from '../../kernel/contract/beacon.js';
import type { Context } from '../../kernel/contract/context.js';
import { str } from '../../kernel/std/python-text.js';
import { isOsError } from '../../kernel/std/os-error.js';
import { isMap, mapEntries, type PlainMap } from '../../kernel/std/value.js';
import { checkList } from './lookup/verdict.js';

/** The kernel cuts names here; the command line has the rest. */
const NAME_CHARS = 15;

export default defineBeacon({
  name: 'ps', when: { kernel: ['Linux'] },
  doc: 'Processes that run, or do not: `processes: {name: running or stopped}`.',
  validate: (config) => checkList('ps', config, ({ processes }) => {
    if (processes === undefined) return 'Configuration for ps beacon requires processes.';
    return isMap(processes) ? undefined : 'Processes for ps beacon must be a dictionary.';
  }),
  async beacon(config, ctx) {
    const { processes = {} } = beaconOptions(config);
    const running = await namesOfProcesses(ctx);
    return (isMap(processes) ? mapEntries(processes) : []).flatMap(([process, wanted]): PlainMap[] => {
      const name = str(process);
      if (wanted === 'running') return running.has(name) ? [{ [name]: 'Running' }] : [];
      if (running.has(name)) return [];
      return [{ [name]: wanted === 'stopped' ? 'Stopped' : false }];
    });
  },
});

async function namesOfProcesses(ctx: Context): Promise<Set<string>> {
  const names = new Set<string>();
  for (const pid of (await ctx.sys.fs.readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const name = await nameOf(pid, ctx);
    if (name !== undefined) names.add(name);
  }
  return names;
}

/** As psutil calls it: the name of the kernel, made whole from the command line where that begins so. */
async function nameOf(pid: string, ctx: Context): Promise<string | undefined> {
  const read = async (file: string): Promise<string | undefined> => {
    try {
      return await ctx.sys.fs.readFile(`/proc/${pid}/${file}`, 'utf8');
    } catch (err) {
      // It has just ended, or is not ours to look at.
      if (isOsError(err)) return undefined;
      throw err;
    }
  };
  const short = (await read('comm'))?.replace(/\n$/, '');
  if (short === undefined || short.length < NAME_CHARS) return short;
  const [program = ''] = ((await read('cmdline')) ?? '').split('\0');
  const whole = program.slice(program.lastIndexOf('/') + 1);
  return whole.startsWith(short) ? whole : short;
}
