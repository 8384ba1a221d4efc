/**
 * What the renderer needs and gives. Whoever renders (pillar, states, reactor, `cp.get_template`) makes one with
 * `createRenderer` of `renderer.ts` for a set of facts and keeps it as long as these facts hold.
 * Refuses to know: where files come from, how functions are found.
 */
import type { Logger } from '../../kernel/contract/log.js';
import type { Sys } from '../../kernel/contract/sys.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import type { RenderTrace } from './trace.js';

/** The tree that imports and includes see. */
export interface TemplateFiles {
  /** A file by its path below the root of the environment (`web/map.jinja`), or undefined when there is none. */
  read(path: string, saltenv: string): Promise<TemplateFile | undefined>;
}

export interface TemplateFile {
  readonly text: string;
  /** Where the file lies on this machine: stands in Salt's error texts. */
  readonly path: string;
}

/** Calls `salt['mod.fun']`. @throws CommandExecutionError, InvocationError, PythonError: their texts reach the author */
export type CallFunction = (fun: string, args: readonly Value[], kwargs: PlainMap) => Promise<Value>;

/** What templates see of the machine. */
export interface RenderFacts {
  readonly grains: PlainMap;
  readonly pillar: PlainMap;
  readonly opts: PlainMap;
  readonly id: string;
  readonly proxy?: PlainMap;
}

export interface RenderLimits {
  /** Characters of a rendered text; default 64 Mi. */
  readonly outputLengthMax?: number;
  /** Turns of all loops, calls of macros and functions together; default 20 million. */
  readonly stepsMax?: number;
  /** Time a template may compute, waiting not counted, in milliseconds; default 60,000. */
  readonly computeMsMax?: number;
}

export interface RendererOptions {
  readonly files: TemplateFiles;
  readonly call: CallFunction;
  /**
   * Full names of all execution functions, for `'mod.fun' in salt` and for names that do not exist; asked by each
   * rendering. What is made of them is kept as long as the same object comes.
   */
  readonly functions: () => Promise<Iterable<string>>;
  /** Full names of the functions of one module, where that is less work; none when it does not work here. */
  readonly functionsOf?: (module: string) => Promise<Iterable<string>>;
  /** Told which grains a template names, or that it may read any, before it runs: `facts.grains` may gather them late. */
  readonly ready?: (grains: Iterable<string> | 'all') => Promise<void>;
  readonly facts: RenderFacts;
  readonly log: Logger;
  readonly limits?: RenderLimits;
  /** Starts `gpg`; without it the renderer `gpg` fails. */
  readonly sys?: Pick<Sys, 'run' | 'which'>;
  /** Reads msgpack, for the renderer of that name; without it that renderer fails. */
  readonly unpack?: (bytes: Uint8Array) => Value | Promise<Value>;
  /** Renderers and engines besides the built-in ones, by name. They come before these. */
  readonly renderers?: ReadonlyMap<string, RenderStep>;
}

/** One step of a pipe: takes text (the first one) or what the step before it gave. */
export type RenderStep = (input: Value, place: RenderPlace, argument: string) => Value | Promise<Value>;

/** Where a text belongs. */
export interface RenderPlace {
  readonly saltenv: string;
  /** Name of the SLS (`web.init`); undefined for managed templates, empty for the reactor. */
  readonly sls?: string | undefined;
  /** File on this machine (`tplpath`), when it is one. */
  readonly path?: string | undefined;
  /** Path as the author knows it, for errors: `salt://web/init.sls`. */
  readonly source?: string | undefined;
  /** Made by the pipe, for errors of later steps in what earlier ones wrote. */
  readonly trace?: RenderTrace | undefined;
  /** Stand beside `salt`, `pillar`, `grains`, `opts` and win over them. */
  readonly variables?: PlainMap | undefined;
}

export interface SlsPlace extends RenderPlace {
  readonly sls: string;
  /** The pipe for texts without a first line `#!...`; default: `renderer` of the options, else `jinja|yaml`. */
  readonly renderer?: string;
  /** Renderers that may not be used, and those that alone may be; in place of what the options say. */
  readonly refused?: readonly string[] | undefined;
  readonly allowed?: readonly string[] | undefined;
}

export interface Renderer {
  /**
   * Runs a text through its pipe: data of an SLS, or text when the last renderer gives text.
   * @throws RenderError (`SaltRenderError`), PythonError for what Salt does not wrap
   */
  renderSls(text: string, place: SlsPlace): Promise<Value>;
  /** Renders a managed file with one engine. @throws RenderError */
  renderTemplate(text: string, engine: string, place: RenderPlace): Promise<string>;
  /** Runs data through one renderer, such as encrypted values through `gpg`. @throws RenderError */
  renderData(data: Value, renderer: string): Promise<Value>;
  /** Names of engines for `renderTemplate`. */
  engines(): readonly string[];
}
