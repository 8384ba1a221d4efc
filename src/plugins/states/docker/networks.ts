/** Networks that a container shall be in, as states write them. Source: read, Salt 3006. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { listed, repacked, sentences } from './shared.js';

export type Networks = Record<string, PlainMap>;

/** A list of names, of names with settings, or a map of them. */
function byName(value: Value): Networks {
  const items = isPlainMap(value) ? [value] : isList(value) ? value : listed(value);
  const all: Networks = {};
  for (const item of items) {
    for (const [name, settings] of isPlainMap(item) ? Object.entries(item) : [[str(item), null] as const]) {
      const map = settings === null ? {} : repacked(settings);
      if (!isPlainMap(map)) throw new CommandExecutionError(`Invalid configuration for network '${name}' (see documentation)`);
      all[name] = Object.fromEntries(Object.entries(map).map(([key, setting]) => [key, key === 'links' || key === 'aliases' ? listed(setting) : setting]));
    }
  }
  return all;
}

/** @throws CommandExecutionError in Salt's words */
export async function wantedNetworks(value: Value, ctx: Context): Promise<Networks> {
  if (!isTruthy(value)) return {};
  const networks = byName(value);
  const missing = Object.entries(networks).flatMap(([name, settings]) =>
    Object.entries(settings).filter(([, setting]) => setting === null).map(([key]) => `Config option '${key}' for network '${name}' is missing a value`));
  if (missing.length > 0) throw new CommandExecutionError(sentences(missing));
  const known = await ctx.call('docker.networks');
  const names = isList(known) ? known.map((one) => (isPlainMap(one) ? one['Name'] ?? null : null)) : [];
  const absent = Object.keys(networks).toSorted().filter((name) => !names.includes(name));
  if (absent.length > 0) throw new CommandExecutionError(`The following networks are not present: ${absent.join(', ')}`);
  return networks;
}
