/** Beacons of users run in threads, as functions of one argument: both ways between that form and the one the program uses. */
import type { BeaconPlugin, BeaconVerdict } from '../contract/beacon.js';
import { p } from '../contract/params.js';
import type { Fn, FunctionPlugin, Plugin } from '../contract/plugin.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../std/value.js';
import { str } from '../std/python-text.js';

const METHODS = ['validate', 'beacon', 'close'] as const;

/** `watch` is left out: a thread is there for one call only. */
export function beaconAsFunctions(plugin: BeaconPlugin): Plugin {
  const functions = METHODS.flatMap((name): [string, Fn][] => {
    const method = plugin[name] as ((config: unknown, ctx: unknown) => Value | Promise<Value>) | undefined;
    return method === undefined ? [] : [[name, { doc: '', params: { config: p.any() }, run: ({ config }, ctx) => method.call(plugin, config, ctx) }]];
  });
  const { validate: _validate, beacon: _beacon, watch: _watch, close: _close, ...head } = plugin;
  // The table of kinds with functions has it; only its methods are called.
  return { ...head, doc: plugin.doc ?? '', functions: Object.fromEntries(functions) } as unknown as Plugin;
}

/** @throws Error when there is nothing to ask */
export function beaconOfFunctions(plugin: FunctionPlugin): BeaconPlugin {
  const { functions, doc, aliases: _aliases, alone: _alone, ...head } = plugin;
  const caller = (name: string): ((config: Value, ctx: Parameters<Fn['run']>[1]) => Promise<Value>) | undefined => {
    const fn = functions[name];
    if (fn === undefined) return undefined;
    // However its author calls the parameter.
    const [parameter = 'config'] = Object.keys(fn.params);
    return async (config, ctx) => fn.run({ [parameter]: config }, ctx);
  };
  const [validate, beacon, close] = METHODS.map(caller);
  if (beacon === undefined) throw new Error("it has no function 'beacon'");
  return {
    ...head, kind: 'beacons', doc,
    beacon: async (config, ctx) => eventsOf(await beacon(config, ctx)),
    ...(validate === undefined ? {} : { validate: async (config, ctx) => verdictOf(await validate(config, ctx)) }),
    ...(close === undefined ? {} : { close: async (config, ctx) => void await close(config, ctx) }),
  };
}

/** `[valid, comment]`, or the truth alone. */
function verdictOf(value: Value): BeaconVerdict {
  const [isValid = false, comment = ''] = isList(value) ? value : [value];
  return [isTruthy(isValid), str(comment)];
}

function eventsOf(value: Value): PlainMap[] {
  if (!isList(value)) throw new TypeError('a beacon gives a list of events');
  return value.map((event) => {
    if (!isPlainMap(event)) throw new TypeError('an event of a beacon is a map');
    return event;
  });
}
