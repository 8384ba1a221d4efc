/** The parts that templates consist of once they are read: closures, frames, and what the closures work with. */
import type { Args, CallSite, Data, Later } from '../python/data.js';
import type { TemplateIdentity } from './identity.js';
import type { Mentions } from '../syntax/mentions.js';
import type { Scope, Sink } from './scope.js';

export interface LoadedTemplate extends TemplateIdentity {
  readonly compiled: CompiledTemplate;
}

/** Code of an expression. `waits` says that it may give a promise: it calls something. */
export interface Code {
  readonly run: (cx: Cx) => Later<Data>;
  readonly waits: boolean;
}

/** How a statement ended, when not in the usual way. */
export type Signal = 'break' | 'continue' | undefined;

export type Step = (cx: Cx) => Later<Signal>;

/** The body of a block. */
export interface Block {
  readonly name: string;
  readonly required: boolean;
  readonly line: number;
  readonly body: Step;
  /** The template it stands in. */
  readonly from: LoadedTemplate;
}

export interface CompiledTemplate {
  readonly mentions: Mentions;
  readonly body: Step;
  readonly blocks: ReadonlyMap<string, Omit<Block, 'from'>>;
}

/** Kinds of code in a template. Salt's texts take no notice of blocks. */
export type FrameKind = 'root' | 'macro' | 'block';

/** A piece of a template at work: the line it has come to. */
export class Frame {
  readonly template: LoadedTemplate;
  readonly kind: FrameKind;
  /** Name of the macro or block. */
  readonly name: string;
  line = 0;

  constructor(template: LoadedTemplate, kind: FrameKind, name = '') {
    this.template = template;
    this.kind = kind;
    this.name = name;
  }
}

/** Gives a template by its name, and the module that an import without context shares. */
export interface TemplateLoader {
  /** @throws TemplateError `missing` */
  template(name: string): Later<LoadedTemplate>;
  /** Variables that imported templates see without context. */
  globals(): Scope;
  /** Modules of templates imported without context. */
  readonly modules: Map<string, Data>;
}

/** Hears how long a piece took, in seconds. */
export type ProfileReport = (what: string, label: string, seconds: number) => void;

/** The render that all code works in; `Run` is the one there is. */
export interface RunHost extends CallSite {
  readonly load: TemplateLoader;
  readonly profile: ProfileReport;
  /** A promise when others should have their turn now. */
  pause(): Promise<void> | undefined;
  /** Counts text. @throws RenderLimitError */
  wrote(length: number): void;
  /** Goes one level deeper while the work lasts. @throws PythonError RecursionError */
  deeper<T>(work: () => Later<T>): Later<T>;
  /** `callee(args)`. @throws PythonError `'int' object is not callable` */
  call(callee: Data, args: Args): Later<Data>;
}

/** The state of one template being rendered, shared by its blocks and those of its parents. */
export interface Rendering {
  /** The outermost scope: what `set` at the top level writes. */
  readonly root: Scope;
  /** Bodies of blocks by name, the youngest template first. */
  readonly blocks: Map<string, Block[]>;
  /** Names that importers may see. */
  readonly exported: Set<string>;
  /** Set by `extends`: what is rendered in place of the rest. */
  parent: LoadedTemplate | undefined;
}

/** Everything a piece of code works with. */
export class Cx {
  readonly run: RunHost;
  readonly frame: Frame;
  readonly scope: Scope;
  readonly out: Sink;
  readonly rendering: Rendering;
  readonly autoescape: boolean;

  constructor(run: RunHost, frame: Frame, scope: Scope, out: Sink, rendering: Rendering, autoescape = false) {
    this.run = run;
    this.frame = frame;
    this.scope = scope;
    this.out = out;
    this.rendering = rendering;
    this.autoescape = autoescape;
  }

  /** The same with a scope of its own inside. */
  inner(out = this.out): Cx {
    return new Cx(this.run, this.frame, this.scope.inner(), out, this.rendering, this.autoescape);
  }
}
