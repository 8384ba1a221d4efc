/** Plugins: one file, one virtual module, one default export made by `defineModule` and its sisters. */
import type { Value, PlainMap } from '../std/value.js';
import type { AuthPlugin } from './auth.js';
import type { BeaconPlugin } from './beacon.js';
import type { Context } from './context.js';
import type { FileBackend } from './file-backend.js';
import type { ArgsOf, Params } from './params.js';
import type { PluginBase } from './plugin-base.js';
import type { ReturnerPlugin } from './returner.js';
import type { SdbPlugin } from './sdb.js';
import type { TopsPlugin } from './tops.js';

export type { PluginBase, PluginKind } from './plugin-base.js';

/** A function as the loader keeps it, its parameter types erased. */
export interface Fn {
  readonly doc: string;
  readonly params: Params;
  /** Full names this function is also known by inside its module, e.g. Python's reserved words. */
  readonly run: (args: Readonly<Record<string, unknown>>, ctx: Context) => Promise<Value> | Value;
  /** Outputter of the answer where Salt names one (`highstate`, `txt`, ...). */
  readonly outputter?: string;
  /** A template that shows an answer to people; the answer is `result`. Part of the card. */
  readonly result?: string;
}

export interface FnDeclaration<P extends Params> {
  /** First sentence says what it gives; further lines are an example: `salt '*' test.ping`. */
  readonly doc: string;
  readonly params?: P;
  readonly outputter?: string;
  readonly result?: string;
  run(args: ArgsOf<P>, ctx: Context): Promise<Value> | Value;
}

/** Declares one function: documentation, parameters, work. */
export function fn<const P extends Params>(declaration: FnDeclaration<P>): Fn {
  return {
    doc: declaration.doc,
    params: declaration.params ?? {},
    ...(declaration.outputter === undefined ? {} : { outputter: declaration.outputter }),
    ...(declaration.result === undefined ? {} : { result: declaration.result }),
    // The loader binds arguments by `params` before it calls, so the erased type is the declared one.
    run: declaration.run as Fn['run'],
  };
}

/** What programs and people want to know of a plugin before they use it; `sys.doc` of the module shows it with the forms of its functions. */
export interface Card {
  readonly title: string;
  readonly version: string;
  /** Options of the configuration that it reads, each with a sentence. */
  readonly configuration?: Readonly<Record<string, string>>;
}

/** Execution modules, states, runners, wheel modules and engines: named functions. */
export interface FunctionPlugin extends PluginBase {
  readonly kind: 'modules' | 'states' | 'runners' | 'wheel' | 'engines';
  /** One paragraph: what the module is for. */
  readonly doc: string;
  readonly functions: Readonly<Record<string, Fn>>;
  readonly card?: Card;
  /** `{ alias: 'function' }`. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Functions that look at neither grains nor pillar nor a port: a command that calls one waits for none of these. */
  readonly alone?: readonly string[];
  /** Its functions, or those named, seldom read grains that only programs know: a command gathers those when one is read all the same. */
  readonly quickGrains?: true | readonly string[];
}

type FunctionPluginInput = Omit<FunctionPlugin, 'kind'>;

export const defineModule = (plugin: FunctionPluginInput): FunctionPlugin => ({ kind: 'modules', ...plugin });
export const defineState = (plugin: FunctionPluginInput): FunctionPlugin => ({ kind: 'states', ...plugin });
export const defineRunner = (plugin: FunctionPluginInput): FunctionPlugin => ({ kind: 'runners', ...plugin });
export const defineWheel = (plugin: FunctionPluginInput): FunctionPlugin => ({ kind: 'wheel', ...plugin });

/** A service beside a daemon: its one function `start` works until `ctx.signal` ends. It is started again when it ends or throws before. */
export interface EngineDeclaration<P extends Params> extends PluginBase {
  readonly doc: string;
  /** What may stand behind its name in `engines`. */
  readonly params?: P;
  start(config: ArgsOf<P>, ctx: Context): Promise<void>;
}
export function defineEngine<const P extends Params>({ start, params, ...head }: EngineDeclaration<P>): FunctionPlugin {
  const run = async (config: ArgsOf<P>, ctx: Context): Promise<null> => {
    await start(config, ctx);
    return null;
  };
  return { kind: 'engines', ...head, functions: { start: fn({ doc: head.doc, ...(params === undefined ? {} : { params }), run }) } };
}

/** Prints return data. Text only: no colours unless `opts.color`. Gives the exact text Salt prints, without the last newline. */
export interface OutputPlugin extends PluginBase {
  readonly kind: 'output';
  output(data: Value, opts: Readonly<PlainMap>, options: OutputOptions): string | null;
}
export interface OutputOptions {
  /** Return code of the job, for outputters that show it. */
  readonly retcode?: number;
  readonly nestedIndent?: number;
  /** How far a job is, for the outputter `progress`. */
  readonly progress?: Progress;
  /** Where an id is written, such as `/srv/salt/web.sls:12`; only given on a terminal. */
  readonly placeOf?: PlaceOf;
}
export type PlaceOf = (sls: string, id: string) => string | undefined;
export interface Progress {
  readonly returned: number;
  readonly expected: number;
  readonly elapsedSeconds: number;
  /** Width of the line; 79 when not given. */
  readonly columns?: number;
}
export const defineOutput = (plugin: Omit<OutputPlugin, 'kind'>): OutputPlugin => ({ kind: 'output', ...plugin });

/** Gives facts about the machine. */
export interface GrainsPlugin extends PluginBase {
  readonly kind: 'grains';
  grains(ctx: Context): Promise<PlainMap> | PlainMap;
  /** The part of them that takes no program to find out; absent when that is all. For commands that read no more than this. */
  quick?(ctx: Context): Promise<PlainMap> | PlainMap;
  /** Every name that `quick` may leave out. */
  readonly later?: readonly string[];
}
export const defineGrains = (plugin: Omit<GrainsPlugin, 'kind'>): GrainsPlugin => ({ kind: 'grains', ...plugin });

export { authConfig, authOption, defineAuth } from './auth.js';
export type { AuthPlugin } from './auth.js';
export { defineBeacon } from './beacon.js';
export type { BeaconPlugin } from './beacon.js';
export { defineReturner } from './returner.js';
export type { ReturnerPlugin } from './returner.js';
export { defineSdb } from './sdb.js';
export type { SdbPlugin } from './sdb.js';
export { defineTops } from './tops.js';
export type { TopsPlugin } from './tops.js';

/** Serves files of environments. `open` is called once; a module of plain functions is its backend itself. */
export interface FileserverPlugin extends PluginBase {
  readonly kind: 'fileserver';
  /** @throws FileserverConfigError when the configuration cannot be used */
  open(ctx: Context): Promise<FileBackend> | FileBackend;
}
export const defineFileserver = (plugin: Omit<FileserverPlugin, 'kind'>): FileserverPlugin => ({ kind: 'fileserver', ...plugin });

/** An external source of pillar. */
export interface ExtPillarPlugin extends PluginBase {
  readonly kind: 'pillar';
  readonly doc: string;
  /** What may stand behind its name in `ext_pillar`: one value, a list of positional or a map of named arguments. */
  readonly params: Params;
  /** Gives a map that is merged into the pillar; nothing is merged when it is empty. */
  readonly extPillar: (args: Readonly<Record<string, unknown>>, ctx: Context, source: PillarSource) => Promise<Value> | Value;
}
/** Whose pillar is made, and what is there so far. */
export interface PillarSource {
  readonly id: string;
  readonly pillar: PlainMap;
  readonly saltenv: string | null;
  readonly pillarenv: string | null;
}
export interface ExtPillarDeclaration<P extends Params> extends PluginBase {
  readonly doc: string;
  readonly params?: P;
  extPillar(args: ArgsOf<P>, ctx: Context, source: PillarSource): Promise<Value> | Value;
}
export function defineExtPillar<const P extends Params>(declaration: ExtPillarDeclaration<P>): ExtPillarPlugin {
  // The arguments are bound by `params` before the call, so the erased type is the declared one.
  return { kind: 'pillar', ...declaration, params: declaration.params ?? {}, extPillar: declaration.extPillar as ExtPillarPlugin['extPillar'] };
}

export type Plugin = FunctionPlugin | OutputPlugin | GrainsPlugin | ReturnerPlugin | FileserverPlugin | ExtPillarPlugin | SdbPlugin | TopsPlugin | BeaconPlugin | AuthPlugin;
