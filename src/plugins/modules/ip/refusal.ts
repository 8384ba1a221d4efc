/** What is wrong with the wish for an interface, in Salt's words: the state `network` shows them. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import type { Value } from '../../../kernel/std/value.js';

/** The error that the state `network` makes its comment of. */
export function refuse(text: string): never {
  throw new PythonError('AttributeError', text);
}

export const refuseOption = (iface: string, option: string, expected: readonly Value[]): never =>
  refuse(`Invalid option -- Interface: ${iface}, Option: ${option}, Expected: [${expected.map(str).join('|')}]`);

/**
 * A name of an interface, which goes into names of files, lines of scripts and words of programs.
 * Differs: Salt takes any text, and so writes anywhere and into lines that are not its own.
 */
export function interfaceName(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[\s/\0]/.test(name) || name.startsWith('-')) refuse(`'${name}' is no name of an interface`);
  return name;
}

/** Texts that go into one line each. Differs: Salt lets a line break through, which begins a setting of its own. */
export function needOneLine(iface: string, option: string, value: Value): void {
  const texts = Array.isArray(value) ? value as readonly Value[] : [value];
  if (texts.some((text) => typeof text === 'string' && /[\n\r\0]/.test(text))) refuseOption(iface, option, ['text of one line']);
}

const ON: readonly Value[] = ['yes', 'on', 'true', '1', true];
const OFF: readonly Value[] = ['no', 'off', 'false', '0', false];
/** Words for on and off; others are not understood. */
export const SWITCH_WORDS: readonly Value[] = [...ON, ...OFF];

/** On, off, or undefined for what is no switch. Numbers 1 and 0 count, as they equal True and False in Python. */
export function switchOf(value: Value): boolean | undefined {
  if (ON.includes(value) || value === 1) return true;
  return OFF.includes(value) || value === 0 ? false : undefined;
}
