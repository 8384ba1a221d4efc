/** One job (or command, or template): calls that share memory, return code and the signal that ends them. */
import { CommandExecutionError, FunctionMissingError, PythonError } from '../contract/errors.js';
import type { Context } from '../contract/context.js';
import type { Logger } from '../contract/log.js';
import type { Fn, FunctionPlugin } from '../contract/plugin.js';
import type { Ports } from '../contract/ports.js';
import type { ReturnerContext } from '../contract/returner.js';
import type { StateRun } from '../contract/state.js';
import type { Sys } from '../contract/sys.js';
import type { PlainMap, Value } from '../std/value.js';
import { bindArguments, refuseUnknownKeywords, signatureOf } from './bind.js';
import { PYTHON_NAMES } from './python-names.data.js';
import { finishResult, type Progress } from './result.js';

export type FunctionKind = 'modules' | 'runners' | 'wheel' | 'states' | 'engines';

/** Calls inside calls; Python's own limit stops a function that calls itself for ever, ours is lower because each takes more. */
const DEPTH_MAX = 200;

export interface SessionOptions {
  readonly kind?: FunctionKind;
  /** Facts of the job (`__pub_*`); without them the calls belong to no job. */
  readonly job?: PlainMap;
  readonly signal: AbortSignal;
  readonly test?: boolean;
  /** For templates: pillar functions give real values. */
  readonly unmaskPillar?: boolean;
  /**
   * For templates and other code that calls functions as Python would: a wrong keyword is a TypeError, and `**kwargs` get
   * no facts of the job.
   */
  readonly nested?: boolean;
  /** Gets every piece of a function that yields its answer piece by piece. */
  readonly onProgress?: Progress;
  /** The run of states in which a state function is called, and the user whom the state names (`runas`). */
  readonly state?: StateRun;
  readonly runas?: string | undefined;
  /** Stand in for those of the host: a master renders with the grains of a minion. */
  readonly facts?: Partial<Pick<Context, 'opts' | 'grains' | 'pillar' | 'id'>>;
  /** Come before those of the host. */
  readonly ports?: Partial<Ports>;
}

/** What a sister of a session may have of its own. */
export type SisterOptions = Pick<SessionOptions, 'test' | 'unmaskPillar' | 'nested' | 'state' | 'runas'>;

/** Ports that work for one session: what they call shares its memory, its facts and its end. */
export type SessionPorts = { readonly [K in keyof Ports]?: (session: Session) => Ports[K] };

/** A function and where it is. */
export interface Found {
  readonly fullName: string;
  readonly fn: Fn;
  /** File name of the plugin, without ending. */
  readonly plugin: string;
  readonly user: boolean;
}

export interface CallSession {
  /**
   * @throws FunctionMissingError (its message is Salt's), PythonError or InvocationError when the arguments do not fit,
   * and whatever the function throws
   */
  call(fun: string, args?: readonly Value[], kwargs?: PlainMap): Promise<Value>;
  find(fun: string): Promise<Found | undefined>;
  /** Set by functions; a job sets it back before its next function. */
  retcode: number | undefined;
  outputterOf(fun: string): Promise<string | undefined>;
  /** Calls of another kind, or of a test run, that share memory, return code and signal with this session. */
  as(kind: FunctionKind, options?: SisterOptions): CallSession;
}

/** What a session needs of its host. */
export interface SessionHost {
  readonly sys: Sys;
  readonly log: Logger;
  readonly opts: Readonly<PlainMap>;
  readonly ports: Partial<Ports>;
  readonly sessionPorts: SessionPorts;
  readonly id: string;
  grains(): PlainMap;
  pillar(): PlainMap;
  /** Before grains of these names are read: a command may not have gathered them yet. */
  ready(grains: Iterable<string> | 'all'): Promise<void>;
  /** @throws FunctionMissingError */
  find(kind: FunctionKind, fun: string): Promise<Found & { readonly owner: FunctionPlugin }>;
  /** A function of the execution module in a file of that name, whether it would work here or not; undefined when there is none. */
  findInFile(file: string, fun: string): Promise<(Found & { readonly owner: FunctionPlugin }) | undefined>;
}

/** What plugins keep from call to call, by plugin. */
export type Memory = Map<string, Map<string, unknown>>;

/** Shared by a session and its sisters made by `as`. */
interface Shared {
  retcode: number | undefined;
  readonly memory: Memory;
  /** Made at first use; they belong to one host, because sisters may have other facts. */
  readonly ports: Map<keyof Ports, { readonly host: SessionHost; readonly port: unknown }>;
}

export class Session implements CallSession {
  readonly host: SessionHost;
  readonly options: SessionOptions;
  readonly kind: FunctionKind;
  readonly #shared: Shared;

  constructor(host: SessionHost, options: SessionOptions, shared: Shared = { retcode: undefined, memory: new Map(), ports: new Map() }) {
    this.host = host;
    this.options = options;
    this.kind = options.kind ?? 'modules';
    this.#shared = shared;
  }

  get retcode(): number | undefined {
    return this.#shared.retcode;
  }
  set retcode(code: number | undefined) {
    this.#shared.retcode = code;
  }

  async call(fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}): Promise<Value> {
    const found = await this.host.find(this.kind, fun);
    if (this.options.nested === true) return this.run(found, args, kwargs, 0);
    refuseUnknownKeywords(found.fn.params, kwargs);
    const facts = signatureOf(found.fn.params).keywords === undefined ? {} : publishedFacts(this.options.job ?? {});
    return this.run(found, args, { ...kwargs, ...facts }, 0);
  }

  async find(fun: string): Promise<Found | undefined> {
    try {
      return await this.host.find(this.kind, fun);
    } catch (error) {
      if (error instanceof FunctionMissingError) return undefined;
      throw error;
    }
  }

  async outputterOf(fun: string): Promise<string | undefined> {
    return (await this.find(fun))?.fn.outputter;
  }

  as(kind: FunctionKind, options: SisterOptions = {}): Session {
    return new Session(this.host, { ...this.options, ...options, kind }, this.#shared);
  }

  /** The same session with other facts. */
  withFacts(facts: Partial<Pick<SessionHost, 'opts' | 'grains' | 'pillar' | 'sys' | 'ports' | 'find'>>): Session {
    return new Session({ ...this.host, ...facts }, this.options, this.#shared);
  }

  /** @throws CommandExecutionError when this host has not got it */
  port<K extends keyof Ports>(name: K): Ports[K] {
    const given = this.options.ports?.[name];
    if (given !== undefined) return given;
    const make: ((session: Session) => Ports[K]) | undefined = this.host.sessionPorts[name];
    if (make !== undefined) return this.#ownPort(name, make);
    const port = this.host.ports[name];
    if (port === undefined) throw new CommandExecutionError(`This program has no '${name}'`, { context: { port: name } });
    return port;
  }

  #ownPort<K extends keyof Ports>(name: K, make: (session: Session) => Ports[K]): Ports[K] {
    const known = this.#shared.ports.get(name);
    if (known?.host === this.host) return known.port as Ports[K];
    const port = make(this);
    this.#shared.ports.set(name, { host: this.host, port });
    return port;
  }

  /** Values kept by one plugin while the session lasts. */
  memoryOf(kind: FunctionKind, plugin: string): Map<string, unknown> {
    const key = `${kind}/${plugin}`;
    const known = this.#shared.memory.get(key);
    if (known !== undefined) return known;
    const made = new Map<string, unknown>();
    this.#shared.memory.set(key, made);
    return made;
  }

  async run(found: Found, args: readonly Value[], kwargs: PlainMap, depth: number, kind = this.kind): Promise<Value> {
    if (depth > DEPTH_MAX) throw new PythonError('RecursionError', 'maximum recursion depth exceeded');
    this.options.signal.throwIfAborted();
    const shortName = PYTHON_NAMES[kind]?.[found.fullName] ?? found.fullName.slice(found.fullName.indexOf('.') + 1);
    const bound = bindArguments(shortName, found.fn.params, args, kwargs);
    const context = new CallContext(this, kind, found.plugin, depth);
    return finishResult(await found.fn.run(bound, context), found.user, depth === 0 ? this.options.onProgress : undefined);
  }
}

function publishedFacts(job: PlainMap): PlainMap {
  return Object.fromEntries(Object.entries(job).map(([name, value]) => [`__pub_${name}`, value]));
}

/** The context of one call. Grains and pillar are looked up when asked for: they may be refreshed while a job runs. */
export class CallContext implements Context {
  readonly log: Logger;
  readonly #session: Session;
  readonly #kind: FunctionKind;
  readonly #plugin: string;
  readonly #depth: number;

  constructor(session: Session, kind: FunctionKind, plugin: string, depth: number) {
    this.#session = session;
    this.#kind = kind;
    this.#plugin = plugin;
    this.#depth = depth;
    this.log = session.host.log;
  }

  get sys(): Sys { return this.#session.host.sys; }
  get signal(): AbortSignal { return this.#session.options.signal; }
  get opts(): Readonly<PlainMap> { return this.#session.options.facts?.opts ?? this.#session.host.opts; }
  get grains(): Readonly<PlainMap> { return this.#session.options.facts?.grains ?? this.#session.host.grains(); }
  get pillar(): Readonly<PlainMap> { return this.#session.options.facts?.pillar ?? this.#session.host.pillar(); }
  get id(): string { return this.#session.options.facts?.id ?? this.#session.host.id; }
  get test(): boolean { return this.#session.options.test ?? false; }
  get state(): StateRun | undefined { return this.#kind === 'states' ? this.#session.options.state : undefined; }
  get runas(): string | undefined { return this.#session.options.runas; }
  get unmaskPillar(): boolean { return this.#session.options.unmaskPillar ?? false; }
  get job(): Readonly<PlainMap> { return this.#session.options.job ?? {}; }
  get memory(): Map<string, unknown> { return this.#session.memoryOf(this.#kind, this.#plugin); }

  async call(fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}): Promise<Value> {
    const found = await this.#session.host.find('modules', fun);
    return this.#session.run(found, args, kwargs, this.#depth + 1, 'modules');
  }

  async has(fun: string): Promise<boolean> {
    return (await this.#session.as('modules').find(fun)) !== undefined;
  }

  async grainsReady(names: readonly string[]): Promise<void> {
    await this.#session.host.ready(names);
  }

  setRetcode(code: number): void {
    this.#session.retcode = code;
  }

  port<K extends keyof Ports>(name: K): Ports[K] {
    return this.#session.port(name);
  }
}

/** The context of a call of a returner: the program itself calls it. */
export class ReturnerCallContext extends CallContext implements ReturnerContext {
  readonly options: Readonly<PlainMap>;

  constructor(session: Session, plugin: string, options: Readonly<PlainMap>) {
    super(session, 'modules', plugin, 0);
    this.options = options;
  }
}
