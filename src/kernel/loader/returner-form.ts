/**
 * Returners of users run in threads, as functions of their arguments and options: both ways between that form and the one the program
 * uses. What such a returner keeps in its memory, connections perhaps, cannot be moved: it lives as long as its thread.
 */
import type { Context } from '../contract/context.js';
import type { Fn, FunctionPlugin, Plugin } from '../contract/plugin.js';
import type { ReturnerContext, ReturnerMethod, ReturnerPlugin } from '../contract/returner.js';
import type { PlainMap, Value } from '../std/value.js';

const METHODS = [
  'returner', 'eventReturn', 'prepJid', 'saveLoad', 'saveMinions', 'getLoad', 'getJid', 'getJids', 'getJidsFilter', 'getFun', 'getMinions', 'updateEndtime', 'getEndtime', 'cleanOldJobs',
] as const satisfies readonly ReturnerMethod[];

type Method = (...args: unknown[]) => unknown;

/** What the program looks at of a returner besides its methods. */
export type DeclaredReturner = Pick<ReturnerPlugin, 'options' | 'section' | 'profile'>;

export function declaredReturner({ options, section, profile }: DeclaredReturner): DeclaredReturner {
  return { ...(options === undefined ? {} : { options }), ...(section === undefined ? {} : { section }), ...(profile === undefined ? {} : { profile }) };
}

/** In the thread. */
export function returnerAsFunctions(plugin: ReturnerPlugin): Plugin {
  const memory = new Map<string, unknown>();
  const functions = METHODS.flatMap((name): [string, Fn][] => {
    const method = plugin[name] as Method | undefined;
    if (typeof method !== 'function') return [];
    const run = async (given: unknown, ctx: Context): Promise<Value> => {
      const { args, options } = given as { args: unknown[]; options: PlainMap };
      return (await method.call(plugin, ...args, contextOf(ctx, options, memory)) ?? null) as Value;
    };
    return [[saltName(name), { doc: '', params: {}, run }]];
  });
  const { kind, name, serves, virtual, when, doc = '' } = plugin;
  const head = { kind, name, doc, ...(serves === undefined ? {} : { serves }), ...(virtual === undefined ? {} : { virtual }), ...(when === undefined ? {} : { when }) };
  // The table of kinds with functions has it; only its methods are called.
  return { ...head, functions: Object.fromEntries(functions) } as unknown as Plugin;
}

/** In the program. */
export function returnerOfFunctions(plugin: FunctionPlugin, declared: DeclaredReturner): ReturnerPlugin {
  const { functions, doc, aliases: _aliases, alone: _alone, ...head } = plugin;
  const methods = METHODS.flatMap((name): [string, Method][] => {
    const fn = functions[saltName(name)];
    if (fn === undefined) return [];
    return [[name, (...all: unknown[]) => {
      const ctx = all.at(-1) as ReturnerContext;
      return fn.run({ args: all.slice(0, -1), options: ctx.options } as never, ctx);
    }]];
  });
  return { ...head, ...declared, kind: 'returners', doc, ...Object.fromEntries(methods) };
}

/** The members of a context are bound to it. */
function contextOf(ctx: Context, options: PlainMap, memory: Map<string, unknown>): ReturnerContext {
  const { sys, log, signal, opts, grains, pillar, id, test, unmaskPillar = false, job, runas, state } = ctx;
  return {
    sys, log, signal, opts, grains, pillar, id, test, unmaskPillar, job, runas, state, options, memory, call: (...given) => ctx.call(...given), has: (fun) => ctx.has(fun),
    setRetcode: (code) => ctx.setRetcode(code), port: (name) => ctx.port(name),
  };
}

const saltName = (method: string): string => method.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
