/** How the programs of LVM are started. Names are never taken as options: those with a leading dash are refused. */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { runAll, word } from '../lookup/programs.js';
import type { Options } from './options.data.js';

/** A list, or text with commas. */
export const devicesOf = (devices: Value): string[] => (isList(devices) ? devices.map(str) : str(devices).split(',')).map((device) => word(device, 'Device'));

/**
 * Differs: options that stand alone are given by True only, and never with a value; Salt gives them with False too, and `norestorefile`
 * with the word True. True and False are `y` and `n`, as LVM wants them; of Salt it gets the words of Python, or nothing for False.
 */
export function optionWords({ valued, alone }: Options, kwargs: PlainMap): string[] {
  return Object.entries(kwargs).flatMap(([name, value]) => {
    if (alone.includes(name)) return isTruthy(value) ? [`--${name}`] : [];
    return valued.includes(name) && value !== null && value !== '' ? [`--${name}`, typeof value === 'boolean' ? (value ? 'y' : 'n') : str(value)] : [];
  });
}

/** What a program says against it, or undefined when it did what it was asked. */
export async function complaint(argv: readonly string[], ctx: Context): Promise<string | undefined> {
  const done = await runAll(ctx, argv);
  return done.retcode === 0 ? undefined : done.stderr;
}

/** The lines of a report, or none when the program fails. `quiet`: that is nothing to log. */
export async function report(program: string, name: string, quiet: boolean, ctx: Context): Promise<string> {
  const done = await runAll(ctx, [program, '-c', ...name === '' ? [] : [word(name, 'Name')]], { ignore_retcode: quiet });
  return done.retcode === 0 ? done.stdout : '';
}
