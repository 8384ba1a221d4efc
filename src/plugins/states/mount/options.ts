/** Options of a mounted file system beside those that are asked for. */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy } from '../../../kernel/std/value.js';
import type { Active, Wish } from './wish.js';

/** Options that the kernel does not show. */
const INVISIBLE = [
  '_netdev', 'actimeo', 'bg', 'comment', 'defaults', 'delay_connect', 'direct-io-mode', 'intr', 'loop', 'nointr', 'nobootwait', 'nofail', 'password', 'reconnect',
  'retry', 'soft', 'auto', 'users', 'bind', 'nonempty', 'transform_symlinks', 'port', 'backup-volfile-servers',
];
const INVISIBLE_KEYS = ['actimeo', 'comment', 'credentials', 'direct-io-mode', 'password', 'port', 'retry', 'secretfile'];
const IGNORED_KEYS: Readonly<Record<string, readonly string[]>> = { ramfs: ['size'] };
const TRANSLATIONS: Readonly<Record<string, string>> = { tcp: 'proto=tcp', udp: 'proto=udp' };
const NAMES: Readonly<Record<string, string>> = { uid: 'user.info', gid: 'group.info' };

/** `size=1g` in the unit the kernel uses, or undefined. */
function sizeOption(option: string): string | undefined {
  const [, digits = '', unit = ''] = /^size=(\d+)([kmg])/.exec(option) ?? [];
  if (digits === '') return undefined;
  return `size=${Number(digits) * (unit === 'm' ? 1024 : unit === 'g' ? 1024 * 1024 : 1)}k`;
}

const keyOf = (option: string): string => option.split('=')[0] ?? option;
const ownOr = <T>(map: Readonly<Record<string, T>>, key: string, fallback: T): T => (Object.hasOwn(map, key) ? map[key] ?? fallback : fallback);

/** The option as the kernel would show it. */
async function shownOption(asked: string, wish: Wish, superopts: string[], ctx: Context): Promise<string> {
  const { fstype } = wish;
  let option = ownOr({ ...TRANSLATIONS, ...wish.translations }, asked, asked);
  if ([...INVISIBLE_KEYS, ...wish.invisibleKeys].includes(keyOf(option))) option = keyOf(option);
  option = sizeOption(option) ?? option;
  if (fstype === 'cifs' && keyOf(option) === 'user') option = `username=${option.split('=')[1] ?? ''}`;
  if (ownOr({ ...IGNORED_KEYS, ...wish.ignoredKeys }, fstype, []).includes(keyOf(option))) option = keyOf(option);
  option = await withNumber(option, ctx);
  // A size that the kernel shows is taken for the option itself: another size is no difference, as in Salt.
  for (const [at, shown] of superopts.entries()) {
    const size = sizeOption(shown);
    if (size !== undefined) [superopts[at], option] = [size, size];
  }
  return option;
}

async function withNumber(option: string, ctx: Context): Promise<string> {
  const [key = '', given] = option.split('=');
  const fun = ownOr(NAMES, key, '');
  if (fun === '' || given === undefined || /^\d+$/.test(given)) return option;
  const info = await ctx.call(fun, [given]);
  return `${key}=${isPlainMap(info) && isTruthy(info[key]) ? str(info[key] ?? null) : given}`;
}

export interface OptionDifference {
  /** Options that are not in force. */
  readonly missing: readonly string[];
  /** The last one that was looked at; Salt names it where another one differs. */
  readonly last: string;
}

export async function optionDifference(wish: Wish, opts: readonly string[], mounted: Active, isBound: boolean, ctx: Context): Promise<OptionDifference> {
  const superopts = [...mounted.superopts];
  const inForce = isBound ? [...mounted.opts, 'bind'] : mounted.opts;
  const ignored = ownOr({ ...IGNORED_KEYS, ...wish.ignoredKeys }, wish.fstype, []);
  const unseen = [...INVISIBLE, ...wish.invisibleOptions, ...ignored, ...INVISIBLE_KEYS, ...wish.invisibleKeys];
  const missing: string[] = [];
  let last = '';
  for (const asked of opts) {
    last = await shownOption(asked, wish, superopts, ctx);
    if (!inForce.includes(last) && !superopts.includes(last) && !unseen.includes(last)) missing.push(last);
  }
  return { missing, last };
}
