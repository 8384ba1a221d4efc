/**
 * Finds plugins by name and calls their functions. Built-in plugins are known from the index and imported at their first
 * use; those of users are imported when their kind is first asked for. Refuses to know jobs, masters and templates: they
 * open sessions. Start at `ModuleHost.session`.
 */
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Context } from '../contract/context.js';
import { CommandExecutionError, FunctionMissingError } from '../contract/errors.js';
import type { Logger } from '../contract/log.js';
import type { FunctionPlugin, Plugin, PluginKind } from '../contract/plugin.js';
import type { CatalogPort, OutputPort, Ports, ReturnersPort, SdbPort } from '../contract/ports.js';
import type { ReturnerContext, ReturnerMethod } from '../contract/returner.js';
import type { Sys } from '../contract/sys.js';
import { isTruthy, type PlainMap, type Value } from '../std/value.js';
import { beaconOfFunctions } from './beacon-form.js';
import { CallContext, ReturnerCallContext, Session, type CallSession, type Found, type FunctionKind, type Memory, type SessionHost, type SessionOptions, type SessionPorts } from './call-session.js';
import { Catalog, functionOf, splitName } from './catalog.js';
import { describePlugin, isFunctionPlugin, THREAD_KINDS, type Description } from './describe.js';
import {
  readPluginDocs, readPluginIndex, readPluginNames, type PluginDocs, type PluginEntry, type PluginIndex, type PluginName, type PluginNames,
} from './index-file.js';
import { linkedPlugin } from './linked-plugins.js';
import type { ModuleWorkers } from './module-workers.js';
import { pluginOfExports } from './plain-form.js';
import type { DeclaredReturner } from './returner-form.js';
import { PluginTable, type Candidate } from './plugin-table.js';
import type { OpenReturner } from './open-returner.js';
import { importFailure, listUserFiles, namesAnother, UserFilePreparer, type UserFile } from './user-files.js';

/** Longest that one value of a store may take. */
const SDB_MS = 60_000;

export interface ModuleHostOptions {
  /** Folder of the built program: `plugin-index.json`, `plugins/<kind>/<name>.js`. */
  readonly distDir: string;
  /** Folders of users' plugins, earlier wins; all of them win over built-in ones. */
  readonly userDirs: (kind: PluginKind) => readonly string[];
  readonly opts: Readonly<PlainMap>;
  readonly grains: () => PlainMap;
  readonly pillar: () => PlainMap;
  readonly sys: Sys;
  readonly log: Logger;
  readonly ports: Partial<Ports>;
  /** Ports made for each session. */
  readonly sessionPorts?: SessionPorts;
  readonly id: string;
  /**
   * Gathers grains and pillar and adds ports, when they are not there yet: awaited before anything that may look at them; `quick` where
   * grains that take long are seldom read, a list where those of these names are. Absent where they are there from the start.
   */
  readonly prepare?: (needs: 'quick' | 'all' | Iterable<string>) => Promise<void>;
}

type PluginOf<K extends PluginKind> = Extract<Plugin, { kind: K }> extends never ? Plugin : Extract<Plugin, { kind: K }>;

export class ModuleHost implements AsyncDisposable {
  readonly catalog: CatalogPort;
  readonly #options: ModuleHostOptions;
  readonly #sessionHost: SessionHost;
  readonly #ports: Partial<Ports>;
  readonly #sessionPorts: SessionPorts;
  readonly #tables = new Map<PluginKind, Promise<PluginTable>>();
  readonly #returners = new Map<string, Promise<OpenReturner | undefined>>();
  #names: Promise<PluginNames> | undefined;
  #index: WeakRef<Promise<PluginIndex>> | undefined;
  #docs: Promise<PluginDocs> | undefined;
  #preparer: UserFilePreparer | undefined;
  /** Files of users that only Python could run, by kind. */
  readonly #python = new Map<PluginKind, readonly string[]>();
  #workers: ModuleWorkers | undefined;

  constructor(options: ModuleHostOptions) {
    this.#options = options;
    this.catalog = new Catalog({
      table: async (kind) => {
        await options.prepare?.('all');
        return this.#table(kind);
      },
      plugin: (kind, serves) => this.load(kind, serves),
      reload: async () => this.reload(),
    });
    const { sys, log, opts, id, grains, pillar } = options;
    this.#sessionPorts = { ...options.sessionPorts };
    this.#ports = { catalog: this.catalog, output: this.#outputs(), returners: this.#returnersPort(), sdb: this.sdb, ...options.ports };
    this.#sessionHost = { sys, log, opts, id, grains, pillar, ready: async (names) => options.prepare?.(names), ports: this.#ports, sessionPorts: this.#sessionPorts, find: (kind, fun) => this.#find(kind, fun), findInFile: (file, fun) => this.#findInFile(file, fun) };
  }

  get id(): string {
    return this.#options.id;
  }

  /** For a host that is prepared later. */
  addPorts(ports: Partial<Ports>, sessionPorts: SessionPorts = {}): void {
    Object.assign(this.#ports, ports);
    Object.assign(this.#sessionPorts, sessionPorts);
  }

  #outputs(): OutputPort {
    const format = async (data: Value, outputter: string, opts: Readonly<PlainMap>): Promise<string | undefined> => {
      const plugin = await this.load('output', outputter === 'text' ? 'txt' : outputter);
      if (plugin !== undefined) return plugin.output(data, opts, {})?.trimEnd();
      if (outputter !== 'nested') this.#options.log.error({ outputter }, 'no such outputter, nested is used');
      return outputter === 'nested' ? undefined : format(data, 'nested', opts);
    };
    return { format };
  }

  /** For plugins that hand on to other returners. */
  #returnersPort(): ReturnersPort {
    const open = async (name: string): Promise<OpenReturner> => {
      const returner = await this.returner(name);
      if (returner === undefined) throw new CommandExecutionError(`Returner '${name}' is not available on ${this.id}`);
      return returner;
    };
    return {
      give: async (name, ret) => {
        const returner = await this.returner(name);
        await returner?.call('returner', [ret], { ret });
        return returner !== undefined;
      },
      has: async (name, method) => (await this.returner(name))?.has(method as ReturnerMethod) === true,
      call: async (name, method, args) => await (await open(name)).call(method as ReturnerMethod, args as never) as Value,
    };
  }

  async #openReturner(name: string): Promise<OpenReturner | undefined> {
    const plugin = await this.load('returners', name);
    if (plugin === undefined) return undefined;
    const { OpenReturner: Opened } = await import('./open-returner.js');
    return new Opened(name, this, plugin);
  }

  /** Single values in the stores that the configuration names. */
  readonly sdb: SdbPort = {
    get: async (...args) => (await this.#sdbDoor()).get(...args),
    set: async (...args) => (await this.#sdbDoor()).set(...args),
    delete: async (...args) => (await this.#sdbDoor()).delete(...args),
    getOrSetRandom: async (...args) => (await this.#sdbDoor()).getOrSetRandom(...args),
  };

  async #sdbDoor(): Promise<SdbPort> {
    const { sdbPort } = await import('./sdb-door.js');
    return sdbPort({
      load: (driver) => this.load('sdb', driver), context: (driver) => this.context(driver, { signal: AbortSignal.timeout(SDB_MS) }),
    });
  }

  /** A returner to call; undefined when there is none of that name here. It is the same one until plugins are loaded anew. */
  returner(name: string): Promise<OpenReturner | undefined> {
    const known = this.#returners.get(name);
    if (known !== undefined) return known;
    const opened = this.#openReturner(name);
    this.#returners.set(name, opened);
    // It may be there later: after a synchronisation, or with another dependency.
    opened.then((returner) => returner === undefined && this.#returners.delete(name), () => this.#returners.delete(name));
    return opened;
  }

  /** Calls that belong together: one job, one command, one rendering. */
  session(options: SessionOptions): CallSession {
    return new Session(this.#sessionHost, options);
  }

  /** The plugin that serves a name, or undefined. */
  async load<K extends PluginKind>(kind: K, name: string): Promise<PluginOf<K> | undefined> {
    const found = await this.#resolve(kind, name);
    return 'plugin' in found ? found.plugin as PluginOf<K> : undefined;
  }

  /** Every plugin of a kind that works here, those of users first, each part by name; one that cannot be loaded is logged and left out. */
  async loadAll<K extends PluginKind>(kind: K): Promise<PluginOf<K>[]> {
    const chosen = [...await (await this.#table(kind)).chosen()];
    const ordered = [...chosen.filter(([, { user }]) => user), ...chosen.filter(([, { user }]) => !user)];
    const plugins: PluginOf<K>[] = [];
    for (const [name] of ordered) {
      const plugin = await this.load(kind, name);
      if (plugin !== undefined) plugins.push(plugin);
    }
    return plugins;
  }

  async hasUserPlugins(kind: PluginKind): Promise<boolean> {
    return [...(await (await this.#table(kind)).chosen()).values()].some(({ user }) => user);
  }

  /** What a plugin may reach that the program itself calls: grains, a returner, an engine. `grains`: those gathered so far, instead of the host's. */
  context(plugin: string, options: Pick<SessionOptions, 'signal' | 'job' | 'facts' | 'ports' | 'unmaskPillar'> & { grains?: PlainMap }): Context {
    const { grains, ...session } = options;
    // What the gathering of grains itself calls cannot wait for it.
    const host = grains === undefined
      ? this.#sessionHost
      : { ...this.#sessionHost, grains: () => grains, find: (kind: FunctionKind, fun: string) => this.#find(kind, fun, { gathers: true }) };
    return new CallContext(new Session(host, session), 'modules', plugin, 0);
  }

  /** As `context`, for a returner: it keeps its memory from call to call. */
  returnerContext(plugin: string, options: { signal: AbortSignal; job?: PlainMap; memory: Memory; options: Readonly<PlainMap> }): ReturnerContext {
    const { memory, options: given, ...session } = options;
    return new ReturnerCallContext(new Session(this.#sessionHost, session, { retcode: undefined, memory, ports: new Map() }), plugin, given);
  }

  /** As `context`, for a beacon: its own memory is kept from call to call, that of the functions it calls is not. */
  beaconContext(plugin: string, { signal, memory }: { signal: AbortSignal; memory: Map<string, unknown> }): Context {
    // A name that no module has: beacons and modules share names.
    const owner = `beacons/${plugin}`;
    return new CallContext(new Session(this.#sessionHost, { signal }, { retcode: undefined, memory: new Map([[`modules/${owner}`, memory]]), ports: new Map() }), 'modules', owner, 0);
  }

  /** Forgets every lookup; files of users are read anew at the next one. */
  reload(): boolean {
    this.#tables.clear();
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const returner of this.#returners.values()) await (await returner)?.[Symbol.asyncDispose]();
    await this.#workers?.[Symbol.asyncDispose]();
    await this.#preparer?.[Symbol.asyncDispose]();
  }

  async #find(kind: FunctionKind, fun: string, { gathers = false } = {}): Promise<Found & { owner: FunctionPlugin }> {
    const [serves, name] = splitName(fun);
    const found = await this.#resolve(kind, serves, { gathers });
    if (!('plugin' in found)) throw new FunctionMissingError(fun, missingText(fun, serves, found) + this.#pythonHint(kind, serves));
    const { plugin, candidate } = found;
    const fn = isFunctionPlugin(plugin) ? functionOf(plugin, name) : undefined;
    if (fn === undefined) throw new FunctionMissingError(fun);
    const owner = plugin as FunctionPlugin;
    if (!gathers && owner.alone?.includes(name) !== true) await this.#options.prepare?.(owner.quickGrains === true || owner.quickGrains?.includes(name) === true ? 'quick' : 'all');
    return { fullName: fun, fn, plugin: candidate.name, user: candidate.user, owner };
  }

  async #findInFile(file: string, fun: string): Promise<(Found & { owner: FunctionPlugin }) | undefined> {
    const candidate = (await this.#table('modules')).file(file);
    const plugin = await candidate?.load();
    const fn = plugin === undefined || !isFunctionPlugin(plugin) ? undefined : functionOf(plugin, splitName(fun)[1]);
    if (candidate === undefined || fn === undefined) return undefined;
    await this.#options.prepare?.('all');
    return { fullName: fun, fn, plugin: candidate.name, user: candidate.user, owner: plugin as FunctionPlugin };
  }

  async #resolve(
    kind: PluginKind, serves: string, { gathers = kind === 'grains' } = {},
  ): Promise<{ plugin: Plugin; candidate: Candidate } | { refused: boolean; reason: string | undefined }> {
    let table = await this.#table(kind);
    const asked = gathers || this.#options.prepare === undefined ? 'nobody' : await table.asksGrains(serves);
    if (asked !== 'nobody') {
      await this.#options.prepare?.(asked === 'users' ? 'all' : 'quick');
      table = await this.#table(kind);
    }
    for (;;) {
      const candidate = await table.choose(serves);
      if ('refused' in candidate) return candidate;
      try {
        return { plugin: await candidate.load(), candidate };
      } catch (err) {
        this.#options.log.error({ err, kind, plugin: candidate.name }, 'plugin cannot be loaded');
        table.drop(candidate, err instanceof Error ? err.message : String(err));
      }
    }
  }

  /** Whoever brought a module for Python minions is told why it is not there. */
  #pythonHint(kind: PluginKind, serves: string): string {
    const file = this.#python.get(kind)?.find((path) => basename(path, '.py') === serves);
    return file === undefined ? '' : ` ${basename(file)} is written in Python, which cannot run here: the same module as .ts, .mjs or .js can stand beside it.`;
  }

  #table(kind: PluginKind): Promise<PluginTable> {
    const known = this.#tables.get(kind);
    if (known !== undefined) return known;
    const made = this.#makeTable(kind);
    this.#tables.set(kind, made);
    made.catch(() => this.#tables.delete(kind));
    return made;
  }

  async #makeTable(kind: PluginKind): Promise<PluginTable> {
    const { opts, grains, log } = this.#options;
    const builtIn = ((await this.#readNames()).plugins[kind] ?? []).map((who) => this.#builtIn(kind, who));
    const user = await this.#userCandidates(kind);
    const context = new CallContext(new Session(this.#sessionHost, { signal: new AbortController().signal }), 'modules', '', 0);
    return new PluginTable([...user, ...builtIn], {
      grains, log,
      providers: kind === 'modules' ? asMap(opts['providers']) : {},
      disabled: asTexts(opts[`disable_${kind}`]),
      allowed: kind === 'modules' ? asTexts(opts['whitelist_modules']) : [],
      ask: async (plugin) => plugin.virtual?.(context) ?? true,
    });
  }

  #builtIn(kind: PluginKind, who: PluginName): Candidate {
    let plugin: Promise<Plugin> | undefined;
    const url = pathToFileURL(join(this.#options.distDir, 'plugins', kind, `${who.name}.js`)).href;
    return {
      name: who.name, serves: who.serves, user: false, who: () => Promise.resolve(who), entry: () => this.#entry(kind, who.name),
      load: () => (plugin ??= (linkedPlugin(kind, who.name)?.() ?? import(url) as Promise<{ default: Plugin }>).then((exports) => exports.default)),
      docs: async () => {
        this.#docs ??= readPluginDocs(this.#options.distDir);
        return (await this.#docs)[kind]?.[who.name] ?? {};
      },
    };
  }

  #readNames(): Promise<PluginNames> {
    this.#names ??= readPluginNames(this.#options.distDir);
    return this.#names;
  }

  /** The whole index is large and seldom asked for: it is kept only as long as memory is not short. */
  async #entry(kind: PluginKind, name: string): Promise<PluginEntry> {
    const reading = this.#index?.deref() ?? readPluginIndex(this.#options.distDir);
    this.#index = new WeakRef(reading);
    const entry = (await reading).plugins[kind]?.find((one) => one.name === name);
    if (entry === undefined) throw new Error(`The index of plugins does not know ${kind}/${name}`);
    return entry;
  }

  async #userCandidates(kind: PluginKind): Promise<Candidate[]> {
    const folders = this.#options.userDirs(kind);
    if (folders.length === 0) return [];
    const { files, python, misnamed } = await listUserFiles(folders);
    const { log } = this.#options;
    // Folders of a mixed fleet hold both: a file that has a sister we can run is nothing to speak of.
    const left = python.filter((path) => !files.some(({ name }) => name === basename(path, '.py')));
    this.#python.set(kind, left);
    if (left.length > 0) log.warn({ kind, count: left.length, example: left[0] }, 'Python modules cannot run here and are left out');
    for (const path of misnamed) log.warn({ kind, path }, 'a plugin needs a file name of letters, digits and underscores');
    const made = await Promise.all(files.map((file) => this.#userCandidate(kind, file)));
    return made.filter((candidate) => candidate !== undefined);
  }

  /** Known by name only until somebody asks; a file that says which other name it serves is asked at once. */
  async #userCandidate(kind: PluginKind, file: UserFile): Promise<Candidate | undefined> {
    let loaded: Promise<UserPlugin> | undefined;
    const load = () => (loaded ??= this.#loadUserFile(kind, file));
    const candidate: Candidate = {
      name: file.name, serves: file.name, user: true,
      who: async () => (await load()).description.entry,
      entry: async () => (await load()).description.entry,
      load: async () => (await load()).plugin,
      docs: async () => (await load()).description.docs,
    };
    try {
      if (!await namesAnother(file.path)) return candidate;
      return { ...candidate, serves: (await candidate.who()).serves };
    } catch {
      // Said in the log by the failed import.
      return candidate;
    }
  }

  async #loadUserFile(kind: PluginKind, file: UserFile): Promise<UserPlugin> {
    try {
      this.#preparer ??= new UserFilePreparer({
        door: join(this.#options.distDir, (await this.#readNames()).door), ...cacheRoot(this.#options.opts['cachedir']),
      });
      const { url, source } = await this.#preparer.prepare(file.path);
      if (!THREAD_KINDS.includes(kind)) {
        const plugin = pluginOfExports(kind, file.name, await import(url) as Record<string, unknown>, source);
        return { plugin, description: describePlugin(kind, file.name, plugin) };
      }
      const { distDir, opts, log } = this.#options;
      const { ModuleWorkers: Workers } = await import('./module-workers.js');
      this.#workers ??= new Workers({ script: join(distDir, 'workers', 'module-worker.js'), opts, log });
      const workerFile = { kind, name: file.name, url, source };
      const description = await this.#workers.describe(workerFile);
      const plugin = this.#workers.plugin(workerFile, description);
      if (kind === 'returners') {
        const [{ returnerOfFunctions }, { unpack }] = await Promise.all([import('./returner-form.js'), import('./worker-messages.js')]);
        return { description, plugin: returnerOfFunctions(plugin as FunctionPlugin, unpack(description.declared) as DeclaredReturner) };
      }
      return { description, plugin: kind === 'beacons' ? beaconOfFunctions(plugin as FunctionPlugin) : plugin };
    } catch (error) {
      this.#options.log.error({ kind, plugin: file.name, reason: await importFailure(file.path, error) }, 'user plugin cannot be loaded');
      throw error;
    }
  }
}

interface UserPlugin {
  readonly plugin: Plugin;
  readonly description: Description;
}

/** Salt's sentence for a function that is not there. */
function missingText(fun: string, serves: string, { refused, reason }: { refused: boolean; reason: string | undefined }): string {
  if (!refused) return `'${fun}' is not available.`;
  return `'${serves}' __virtual__ returned False${reason === undefined ? '' : `: ${reason}`}`;
}

const cacheRoot = (value: Value | undefined): { cacheRoot?: string } => (typeof value === 'string' && value !== '' ? { cacheRoot: value } : {});
const asMap = (value: Value | undefined): PlainMap => (isTruthy(value) && typeof value === 'object' ? value as PlainMap : {});
const asTexts = (value: Value | undefined): string[] => (Array.isArray(value) ? value.map(String) : []);

export type { SessionPorts } from './call-session.js';
export type { CallSession, Found, FunctionKind, SessionOptions } from './call-session.js';
