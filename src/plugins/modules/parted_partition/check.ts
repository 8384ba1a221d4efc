/** What is checked before parted starts. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { isOsError } from '../../../kernel/std/os-error.js';
import { str } from '../../../kernel/std/python-text.js';
import type { Value } from '../../../kernel/std/value.js';
import { intOf, word } from '../lookup/programs.js';
import { UNITS } from './words.data.js';

export async function isBlockDevice(path: string, ctx: Context): Promise<boolean> {
  try {
    return (await ctx.sys.fs.stat(path)).isBlockDevice();
  } catch (error) {
    if (isOsError(error)) return false;
    throw error;
  }
}

export async function blockDevice(path: string, ctx: Context): Promise<string> {
  if (!await isBlockDevice(path, ctx)) throw new CommandExecutionError('Invalid device passed to partition module.');
  return word(path, 'Device');
}

/** `fun` is the function that got it. */
export function whole(value: Value, what: string, fun: string): string {
  const number = typeof value === 'number' ? Math.trunc(value) : intOf(str(value));
  if (number === undefined) throw new CommandExecutionError(`Invalid ${what} passed to partition.${fun}`);
  return String(number);
}

export function oneOf(value: Value, words: readonly string[], what: string, fun: string): string {
  const text = str(value);
  if (!words.includes(text)) throw new CommandExecutionError(`Invalid ${what} passed to partition.${fun}`);
  return text;
}

/** Differs: True and False, as YAML reads `on` and `off`, are those words. */
export const onOff = (state: Value, fun: string): string => oneOf(typeof state === 'boolean' ? (state ? 'on' : 'off') : state, ['on', 'off'], 'state', fun);

export function boundary(value: Value): string {
  const text = str(value);
  const unit = /^[\d.]+(\D*)$/.exec(text)?.[1];
  if (unit === undefined || (unit !== '' && !UNITS.includes(unit))) throw new CommandExecutionError(`Invalid partition boundary passed: "${text}"`);
  return text;
}
