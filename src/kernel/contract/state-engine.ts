/**
 * What the module `state` asks of the engine: one engine for each call, with pillar and options of its own.
 * Errors of the user's files are lists of texts, not exceptions; what throws is a wrong call.
 */
import type { PlainMap, Value, ValueMap } from '../std/value.js';

/** SLS names by environment, in the order they are applied. */
export type SlsMatches = ReadonlyMap<string, readonly Value[]>;

export interface StateEngineRequest {
  readonly test: boolean;
  /** Undefined: as configured. */
  readonly saltenv?: string | null;
  readonly pillarenv?: string | null;
  /** Laid over the pillar of the minion. */
  readonly pillar?: PlainMap;
  /** Each state is told to the master. */
  readonly stateEvents?: boolean;
  /** States are not called. */
  readonly mocked?: boolean;
  /** Top file in place of the configured one. */
  readonly stateTop?: string;
  readonly stateTopSaltenv?: string;
  /** The run may be paused, ended and followed under this name. */
  readonly jid?: string;
  readonly orchestrationJid?: string;
  /** Files and grains that were sent with the run stand in for those of the master and the machine. */
  readonly sent?: { readonly fileRoots: Readonly<Record<string, readonly string[]>>; readonly grains?: PlainMap };
}

/** What a run tells while it goes on. */
export interface StateProgress {
  /** `low` begins as number `at` of `of`. */
  begins?(low: Readonly<PlainMap>, at: number, of: number): void;
  ended?(tag: string, row: Readonly<PlainMap>): void;
}

export interface StateEngine {
  /** What the pillar could not say (`_errors`). */
  readonly pillarErrors: readonly Value[];
  /** As the configuration and the call have it. */
  readonly saltenv: string | null;
  readonly test: boolean;
  /** Top files, read and checked. @throws PythonError: SaltRenderError for one without targets, others as Python fails */
  tops(): Promise<TopAnswer>;
  /** SLS names of each environment. */
  available(): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Copies user modules that the environments bring (`autoload_dynamic_modules`). */
  loadDynamic(matches: SlsMatches): Promise<void>;
  render(matches: SlsMatches): Promise<Gathered>;
  /** One SLS that is no file of an environment; null: its states belong to no SLS. */
  renderText(text: string, sls: string | null, path?: string): Promise<Gathered>;
  /** High data from elsewhere. */
  high(data: ValueMap): StateHigh;
  /** What is wrong with one chunk; empty when it can be called. */
  verify(low: PlainMap): Promise<string[]>;
  /** Calls one chunk that belongs to no high data. @throws InvocationError */
  call(low: PlainMap): Promise<Value>;
  /** Puts chunks from elsewhere in order and runs them. */
  runChunks(chunks: readonly PlainMap[], progress?: StateProgress): Promise<StateResult>;
}

/** `changes` by tag, or a list of errors. */
export type StateResult = PlainMap | string[];

export interface TopAnswer {
  readonly errors: readonly string[];
  /** What this minion gets. @throws PythonError for targets that cannot be read */
  match(): Promise<SlsMatches>;
}

export interface Gathered {
  readonly high: StateHigh;
  readonly errors: readonly string[];
}

/** High data on its way to chunks and results. */
export interface StateHigh {
  readonly isEmpty: boolean;
  /** As Salt shows it. */
  show(): ValueMap;
  verify(): string[];
  /** Adds to what is excluded. */
  exclude(items: readonly Value[]): void;
  /** `full`: with extensions, requisites of the other end and exclusions; else as `state.show_low_sls` has it. */
  chunks(how: 'full' | 'requisites' | 'plain'): Promise<{ readonly chunks: readonly PlainMap[]; readonly errors: readonly string[] }>;
  /** Runs everything. */
  run(progress?: StateProgress): Promise<StateResult>;
  /** Runs the chunks of one id, with what they require. Empty when there are none. */
  runId(id: Value): Promise<StateResult>;
  /** Each chunk in its order with what it waits for. */
  order(): Promise<{ readonly steps: readonly StateStep[]; readonly errors: readonly string[] }>;
  /** Chunks and requisites in the language of Graphviz. */
  dot(how: 'full' | 'plain'): Promise<{ readonly text: string; readonly errors: readonly string[] }>;
}

export interface StateStep {
  readonly tag: string;
  readonly low: Readonly<PlainMap>;
  /** Requisite and tag of the chunk it names. */
  readonly needs: readonly (readonly [string, string])[];
}

/** The state engine of this host. */
export interface StatePort {
  open(request: StateEngineRequest): Promise<StateEngine>;
}
