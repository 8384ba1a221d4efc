/** Single options of a returner as the types they have to be. */
import type { ReturnerContext } from '../../../kernel/contract/returner.js';
import { isNumber, type PlainMap, type Value } from '../../../kernel/std/value.js';

type Options = Readonly<PlainMap>;

/** Undefined for what is not configured, or empty. */
export function textOption(options: Options, name: string): string | undefined {
  const value = options[name];
  if (typeof value === 'string') return value === '' ? undefined : value;
  return isNumber(value) ? String(value) : undefined;
}

export function numberOption(options: Options, name: string, fallback: number): number {
  const value = Number(options[name] ?? fallback);
  return Number.isFinite(value) ? value : fallback;
}

export const flagOption = (options: Options, name: string): boolean => options[name] === true || options[name] === 'True' || options[name] === 'true';

/** The texts of the options that must be there; undefined, with a line in the log, when one is not: it is of no use to try again. */
export function needed<K extends string>(ctx: ReturnerContext, returner: string, names: readonly K[]): Record<K, string> | undefined {
  const found = names.map((name) => [name, textOption(ctx.options, name)] as const);
  for (const [name, value] of found) if (value === undefined) ctx.log.error({ option: `${returner}.${name}` }, `${returner}.${name} not defined in salt config`);
  if (found.some(([, value]) => value === undefined)) return undefined;
  return Object.fromEntries(found) as Record<K, string>;
}

/** A host and its port; an address of IPv6 may stand in brackets. */
export function serverOf(options: Options, port: number, host: Value = 'localhost'): { readonly host: string; readonly port: number } {
  const name = textOption(options, 'host') ?? String(host);
  return { host: name.replace(/^\[(.*)\]$/, '$1'), port: numberOption(options, 'port', port) };
}
