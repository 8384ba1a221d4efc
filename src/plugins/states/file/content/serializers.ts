/** How `file.serialize` writes data, and reads what it wrote. */
import type { Context } from '../../../../kernel/contract/context.js';
import { mapFrom, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { configText, readConfig } from './config-parser.js';

export interface Serializer {
  /** Options that hold unless others are given; in a given encoding text keeps its letters as they are. */
  readonly defaults: (encoded: boolean) => PlainMap;
  serialize(ctx: Context, data: Value, options: PlainMap): Promise<Value>;
  deserialize(ctx: Context, text: Value, options: PlainMap): Promise<Value>;
}

/** Serializers that the module `slsutil` has. */
function ofModule(name: string, defaults: Serializer['defaults']): Serializer {
  return {
    defaults,
    serialize: (ctx, data, options) => ctx.call('slsutil.serialize', [name, data], options),
    deserialize: (ctx, text, options) => ctx.call('slsutil.deserialize', [name, text], options),
  };
}

const none = (): PlainMap => ({});

const yaml = ofModule('yaml', (encoded) => ({ default_flow_style: false, ...(encoded ? { allow_unicode: true } : {}) }));
const json = ofModule('json', (encoded) => ({ indent: 2, separators: [',', ': '], sort_keys: true, ...(encoded ? { ensure_ascii: false } : {}) }));

const configparser: Serializer = {
  defaults: none,
  serialize: (_ctx, data) => Promise.resolve(configText(data)),
  deserialize: (_ctx, text) => Promise.resolve(readConfig(text)),
};

const SERIALIZERS: Readonly<Record<string, Serializer>> = { yaml, json, configparser, msgpack: ofModule('msgpack', none), yamlex: ofModule('yaml', none) };

export const serializerNamed = (name: string): Serializer | undefined => (Object.hasOwn(SERIALIZERS, name) ? SERIALIZERS[name] : undefined);

/** One map of options: from a map, or a list of small maps. */
export function optionsOf(given: Value): PlainMap {
  const maps = Array.isArray(given) ? given as readonly Value[] : [given];
  const entries = maps.flatMap((one) => (one !== null && typeof one === 'object' && !Array.isArray(one) ? Object.entries(one as PlainMap) : []));
  return mapFrom(entries) as PlainMap;
}
