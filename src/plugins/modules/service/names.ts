/** Names of services and units. */
import { InvocationError } from '../../../kernel/contract/errors.js';
import { fnmatchFilter } from '../../../kernel/std/fnmatch.js';
import type { PlainMap } from '../../../kernel/std/value.js';

export const UNIT_TYPES = ['service', 'socket', 'device', 'mount', 'automount', 'swap', 'target', 'path', 'timer'];

/** The name itself. @throws InvocationError for one that a program would take as an option, a path or several words */
export function serviceName(name: string): string {
  if (name === '' || name.startsWith('-') || /[\s/\0]/.test(name)) throw new InvocationError(`Service name '${name}' is not valid`);
  return name;
}

/** The name of the unit; a service needs no ending. Salt looks at the end of the name only, not for the dot. */
export function unitName(name: string): string {
  return UNIT_TYPES.some((type) => name.endsWith(type)) ? name : `${name}.service`;
}

/** A unit as Salt lists it: services without their ending; undefined for what is no unit it knows. */
export function shortName(unit: string): string | undefined {
  const at = unit.lastIndexOf('.');
  const type = unit.slice(at + 1);
  if (at < 0 || !UNIT_TYPES.includes(type)) return undefined;
  return type === 'service' ? unit.slice(0, at) : unit;
}

/** One answer for a plain name, a mapping for a name with `*`, `?` or `[...]`. */
export async function answerByName(name: string, all: () => Promise<readonly string[]>, ask: (name: string) => Promise<boolean>): Promise<boolean | PlainMap> {
  if (!/\*|\?|\[.+\]/.test(name)) return ask(serviceName(name));
  const answers: PlainMap = {};
  for (const one of fnmatchFilter(await all(), name)) answers[one] = await ask(one);
  return answers;
}
