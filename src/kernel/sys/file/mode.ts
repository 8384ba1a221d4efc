/** File modes as Salt writes them: `0644`. */
import type { Sys } from '../../contract/sys.js';
import { str } from '../../std/python-text.js';
import type { Value } from '../../std/value.js';

const PERMISSION_BITS = 0o7777n;

/** Four digits or more, from `644`, `'0644'`, `0o644` or `"'0644'"`; null stays null. */
export function normalizeMode(mode: Value): string | null {
  if (mode === null) return null;
  const text = str(mode).replaceAll('0o', '0').replace(/^"+|"+$/g, '').replace(/^'+|'+$/g, '');
  return text.replace(/^0+/, '').padStart(4, '0');
}

/** The permission bits of `st_mode` as Salt shows them. */
export function modeText(bits: bigint): string {
  return (bits & PERMISSION_BITS).toString(8).padStart(4, '0');
}

/** The number that octal digits stand for; undefined when they are none. As Python's `int(text, 8)`. */
export function octal(digits: string): number | undefined {
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** This process' mask for new files. */
export async function currentUmask(sys: Sys): Promise<number> {
  const status = await sys.readText('/proc/self/status');
  const digits = /^Umask:\s*([0-7]+)$/m.exec(status ?? '')?.[1];
  return digits === undefined ? 0o022 : Number.parseInt(digits, 8);
}
