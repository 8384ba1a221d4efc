/** Writes to terminals of users. */
import { constants } from 'node:fs';
import type { Context } from '../../../kernel/contract/context.js';
import type { PlainMap } from '../../../kernel/std/value.js';

const LINE = /^(tty|pts)\/?[A-Za-z0-9]*$/;

/** Salt's answer: `{ Success: ... }` or `{ Error: ... }`. Only device names are accepted, never a path elsewhere. */
export async function echoToTerminal(device: string, text: string, ctx: Context): Promise<PlainMap> {
  if (!LINE.test(device)) return { Error: 'The specified device is not a valid TTY' };
  const path = device.startsWith('pts') ? `/dev/${device.replace(/^pts\/?/, 'pts/')}` : `/dev/${device}`;
  try {
    // Neither makes a file where there is no terminal nor waits for one that does not listen.
    const handle = await ctx.sys.fs.open(path, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
    return { Success: `Message was successfully echoed to ${path}` };
  } catch (err) {
    ctx.log.debug({ err }, 'terminal refused');
    return { Error: `Echoing to ${path} returned error` };
  }
}
