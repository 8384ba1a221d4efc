/** What plugins on any host may ask of the program: files, events, the catalogue, templates, output. */
import type { PlainMap, Value } from '../../std/value.js';

/** The `salt://` file client (`cp.*`, templates, states). Paths are `salt://a/b` or `a/b`; `saltenv` as Salt. */
export interface FilePort {
  /** Copies into the local cache when it changed; gives the local path, or undefined when the master has no such file. */
  cacheFile(path: string, saltenv: string): Promise<string | undefined>;
  /** Where a file lies that need not be copied: on a host that serves its files itself. */
  ownPath?(path: string, saltenv: string): Promise<string | undefined>;
  /**
   * Writes the master's file to a path of this machine, whole or not at all, without a copy in the cache; leaves an equal
   * file alone. Gives `dest`, or undefined when the master has no such file. `gzip` is the level asked of the master.
   */
  fetchFile(path: string, saltenv: string, dest: string, options?: { gzip?: number }): Promise<string | undefined>;
  /** Hash of the file on the master: `{ hash_type, hsum }`; undefined when missing. */
  hashFile(path: string, saltenv: string): Promise<{ hash_type: string; hsum: string } | undefined>;
  hashAndStat(path: string, saltenv: string): Promise<readonly [Value, Value]>;
  fileList(saltenv: string, prefix: string): Promise<string[]>;
  fileListEmptyDirs(saltenv: string, prefix: string): Promise<string[]>;
  dirList(saltenv: string, prefix: string): Promise<string[]>;
  symlinkList(saltenv: string, prefix: string): Promise<Record<string, string>>;
  envs(): Promise<string[]>;
  /** Master's `_master_opts`. */
  masterOpts(): Promise<PlainMap>;
  /** Local cache path a file would have. */
  cachePath(path: string, saltenv: string): string;
  /** Sends a local file to the master (`cp.push`). */
  push(localPath: string, nameParts: readonly string[]): Promise<boolean>;
}

export interface EventPort {
  /** To the local bus of this host. */
  fireLocal(tag: string, data: PlainMap): Promise<boolean>;
  /** To the master's bus; on the master the same as local. `cause`: id of the job or run that fires it, kept on a master. */
  fireMaster(tag: string, data: Value, preload?: PlainMap, cause?: string): Promise<boolean>;
  /** Every event of the local bus from now on, until the signal; a slow reader loses events. Absent where nobody can listen. */
  listen?(signal: AbortSignal): AsyncIterable<{ readonly tag: string; readonly data: PlainMap }>;
  /** Events on the bus of the daemon `node` (`minion` or `master`) of this machine, from now on. @throws when no such daemon runs */
  follow?(where: { readonly node: string; readonly sockDir: string | null }, signal: AbortSignal): AsyncIterable<{ readonly tag: string; readonly data: PlainMap }>;
}

/** What the loader knows (`sys.*`). Function docs and parameters come from the index. */
export interface CatalogPort {
  /** Names of modules of a kind (`modules`, `states`, `runners`, `returners`, `wheel`, ...), sorted. */
  names(kind: string): Promise<string[]>;
  /** Full function names of a kind, sorted. */
  functions(kind: string): Promise<readonly string[]>;
  /** Full names of the functions of one module; none when it does not work here. */
  functionsOf(kind: string, module: string): Promise<readonly string[]>;
  doc(kind: string, fullName: string): Promise<string | undefined>;
  /** Title, description, version, configuration and forms of a plugin that declares a card. */
  card(kind: string, name: string): Promise<PlainMap | undefined>;
  /** As `sys.argspec`: args, defaults, varargs, kwargs. */
  argspec(kind: string, fullName: string): Promise<PlainMap | undefined>;
  /** File name, without ending, of the plugin that serves a name: `aptpkg` for `pkg`. */
  provider(kind: string, name: string): Promise<string | undefined>;
  /** Files of plugins that serve nothing on this machine, sorted. */
  notLoaded(kind: string): Promise<string[]>;
  reload(): Promise<boolean>;
}

/** Template engines (`jinja`, `py`, ...), for `cp.get_template`, `file.managed` and whoever renders text. */
export interface RenderPort {
  /** Names of the engines at hand. */
  engines(): readonly string[];
  /**
   * Renders text. `variables` stand beside `salt`, `pillar`, `grains`, `opts` and win over them.
   * @throws PythonError (`salt.exceptions.SaltRenderError`) with Salt's text
   */
  template(text: string, engine: string, options: RenderOptions): Promise<string>;
  /** Runs text through its pipe, as an SLS: that of its first line `#!jinja|yaml`, else `renderer`, else the configured one. @throws as `template` */
  pipe(text: string, options: PipeOptions): Promise<Value>;
}

export interface RenderOptions {
  readonly saltenv: string;
  readonly variables: PlainMap;
  /** Where the text came from, for messages and for engines that look beside it. */
  readonly path?: string;
  /** Functions among the variables, by name; `group.name` stands in a mapping. */
  readonly functions?: Readonly<Record<string, (...args: Value[]) => Value>>;
}

export interface PipeOptions extends RenderOptions {
  /** Name of the SLS; empty when it is none. */
  readonly sls?: string;
  readonly renderer?: string;
  /** Renderers that may not be used, and those that alone may be; in place of what the configuration says. */
  readonly refused?: readonly string[];
  readonly allowed?: readonly string[];
}

/** The outputters, for text of values inside of a program (`out.*`). */
export interface OutputPort {
  /** As `--out` prints it, without white space at its end; undefined when the outputter prints nothing. An unknown one acts as `nested`. */
  format(data: Value, outputter: string, opts: Readonly<PlainMap>): Promise<string | undefined>;
}

/** The returners of this host, for states that hand over values of their own, and for plugins that hand on to others. */
export interface ReturnersPort {
  /** False when there is no such returner. */
  give(name: string, ret: PlainMap): Promise<boolean>;
  /** `method` as the contract spells it, `getJid`. */
  has(name: string, method: string): Promise<boolean>;
  /** Arguments without the context. @throws CommandExecutionError when there is no such returner or method, and whatever the method throws */
  call(name: string, method: string, args: readonly unknown[]): Promise<Value>;
}

/** Single values in the stores that the configuration names. Addresses are `sdb://profile/key`. */
export interface SdbPort {
  /** What is no address of a known store is given as it is. @throws InvocationError for it when `strict` */
  get(uri: Value, strict: boolean): Promise<Value>;
  /** False for what is no address of a known store. */
  set(uri: Value, value: Value): Promise<Value>;
  delete(uri: Value): Promise<Value>;
  /** The value; where there is none, a random one that is kept. */
  getOrSetRandom(uri: Value, random: { readonly length: number; readonly chars: string }): Promise<Value>;
}

/** The general text to predicate matcher, for `match.*`. */
export interface MatchPort {
  matches(expr: Value, kind: string, delimiter: string, minionId?: string): Promise<boolean>;
  /** Ids of the minions a target surely names: those whose facts are known, pillar by exact value only. On a master. */
  surely?(expr: Value, kind: string): Promise<readonly string[]>;
}

/** Bytes of values as Salt keeps them in its cache files (msgpack, text and bytes told apart). Awaited: a worker gives promises. */
export interface PackPort {
  pack(value: Value): Uint8Array | Promise<Uint8Array>;
  /** @throws TsaltError for bytes that are no value */
  unpack(bytes: Uint8Array): Value | Promise<Value>;
}
