/**
 * The file server: asks its backends in the order of `fileserver_backend`; the first that has a file serves it.
 *
 * It refuses to know who asks and how backends work. Start at `FileServer.find`.
 * Source: wire-protocol 7, 7.1; read, Salt 3008.3, `salt.fileserver.Fileserver`.
 */
import type { Context } from '../../kernel/contract/context.js';
import { FileserverConfigError } from '../../kernel/contract/errors.js';
import type { FileBackend, FileHash, ServedFile } from '../../kernel/contract/file-backend.js';
import type { Logger } from '../../kernel/contract/log.js';
import type { FileserverPlugin } from '../../kernel/contract/plugin.js';
import { sortedTexts } from '../../kernel/std/python-order.js';
import { isList, type PlainMap } from '../../kernel/std/value.js';
import { ServedFiles } from '../../kernel/sys/tree/served-files.js';

export interface FileServerParts {
  readonly opts: Readonly<PlainMap>;
  readonly log: Logger;
  /** The plugin of the kind `fileserver` that serves a name. */
  readonly load: (name: string) => Promise<FileserverPlugin | undefined>;
  /** What a plugin may reach. */
  readonly context: (plugin: string) => Context;
  /** Has the backends look for what is new before the first question; where no daemon does so. */
  readonly updateFirst?: boolean;
}

export interface FoundFile extends ServedFile {
  /** Name of the backend. */
  readonly back: string;
  readonly backend: FileBackend;
}

export type ListKind = 'files' | 'dirs' | 'emptyDirs';

/** A command does not wait longer for what is new. */
const UPDATE_MS = 300_000;

/** How backends are called besides their names. Source: read, Salt 3008.3, `__virtual_aliases__`. */
const ALIASES: Readonly<Record<string, string>> = { git: 'gitfs', minion: 'minionfs' };

export class FileServer implements AsyncDisposable {
  readonly #parts: FileServerParts;
  readonly #files: ServedFiles;
  #opened: Promise<ReadonlyMap<string, FileBackend>> | undefined;

  constructor(parts: FileServerParts) {
    this.#parts = parts;
    this.#files = ServedFiles.of(parts.opts);
  }

  /** Over backends that are there already. */
  static over(backends: Readonly<Record<string, FileBackend>>, { opts, log }: Pick<FileServerParts, 'opts' | 'log'>): FileServer {
    const server = new FileServer({
      opts: { ...opts, fileserver_backend: Object.keys(backends) }, log, load: () => Promise.resolve(undefined),
      context: () => {
        throw new TypeError('these backends have no plugins');
      },
    });
    server.#opened = Promise.resolve(new Map(Object.entries(backends)));
    return server;
  }

  /** Names in the configured order, whether they can be opened or not. */
  get enabled(): readonly string[] {
    const names = this.#parts.opts['fileserver_backend'];
    return isList(names) ? names.map((name) => canonical(String(name))) : ['roots'];
  }

  /** Opens the backends at once. @throws FileserverConfigError when one cannot be used, or there is none */
  async verify(): Promise<void> {
    if (this.enabled.length === 0) throw new FileserverConfigError('No fileserver backends are configured');
    const opened = await this.backends();
    const missing = this.enabled.filter((name) => !opened.has(name));
    if (missing.length > 0) throw new FileserverConfigError(`Failed to load fileserver backends, the configured backends are: ${this.enabled.join(', ')}; not usable: ${missing.join(', ')}`);
  }

  /** The backends that work, by name, in order. */
  backends(): Promise<ReadonlyMap<string, FileBackend>> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  async #open(): Promise<ReadonlyMap<string, FileBackend>> {
    const opened = new Map<string, FileBackend>();
    for (const name of this.enabled) {
      const backend = await this.#openOne(name);
      if (backend === undefined) continue;
      opened.set(name, backend);
      if (this.#parts.updateFirst === true) await this.#updateFirst(name, backend);
    }
    return opened;
  }

  /** One that cannot be used does not take the others with it. */
  async #openOne(name: string): Promise<FileBackend | undefined> {
    const { load, context, log } = this.#parts;
    try {
      const plugin = await load(name);
      if (plugin === undefined) {
        log.error({ backend: name }, 'no such fileserver backend');
        return undefined;
      }
      // A module of plain functions is its backend itself.
      return 'open' in plugin && typeof plugin.open === 'function' ? await plugin.open(context(name)) : plugin as unknown as FileBackend;
    } catch (err) {
      log.error({ err, backend: name }, 'fileserver backend cannot be used');
      return undefined;
    }
  }

  async #updateFirst(name: string, backend: FileBackend): Promise<void> {
    try {
      await backend.update?.({ remotes: [], signal: AbortSignal.timeout(UPDATE_MS) });
    } catch (err) {
      this.#parts.log.error({ err, backend: name }, 'fileserver update failed');
    }
  }

  async envs(): Promise<string[]> {
    const all = await Promise.all([...(await this.backends()).values()].map(async (backend) => backend.envs()));
    return [...new Set(all.flat())];
  }

  /** Undefined when no backend has such a file. An address may carry `?saltenv=`; behind a bar everything is the name. */
  async find(path: string, saltenv: string): Promise<FoundFile | undefined> {
    const wanted = readPath(path, saltenv);
    if (wanted === undefined) return undefined;
    for (const [back, backend] of await this.backends()) {
      const found = await backend.findFile(wanted.path, wanted.saltenv);
      if (found !== undefined && found !== null) return { ...found, back, backend };
    }
    return undefined;
  }

  /** A piece from `loc` on; empty at the end. */
  async read(found: FoundFile, loc: number): Promise<Uint8Array> {
    return found.backend.serveFile?.(found, loc) ?? this.#files.read(found, loc);
  }

  async hash(found: FoundFile): Promise<FileHash> {
    return found.backend.fileHash?.(found) ?? this.#files.hash(found);
  }

  async stat(found: FoundFile): Promise<readonly number[]> {
    return this.#files.stat(found);
  }

  /** Sorted; `prefix` is the beginning of a path, as in Salt. */
  async list(kind: ListKind, saltenv: string, prefix = ''): Promise<readonly string[]> {
    const lists = await Promise.all([...(await this.backends()).values()].map(async (backend) => listOf(backend, kind, saltenv)));
    const filled = lists.filter((list) => list.length > 0);
    // Lists of backends are sorted: one alone needs no work, and it may be long.
    const all = filled.length <= 1 ? filled[0] ?? [] : sortedTexts(new Set(filled.flat()));
    const start = prefix.replace(/^\/+|\/+$/g, '');
    return start === '' ? all : all.filter((path) => path.startsWith(start));
  }

  async symlinks(saltenv: string, prefix = ''): Promise<Record<string, string>> {
    const all: Record<string, string> = {};
    const start = prefix.replace(/^\/+|\/+$/g, '');
    for (const backend of (await this.backends()).values()) {
      const links = await backend.symlinkList?.(saltenv) ?? {};
      for (const [link, target] of Object.entries(links)) if (link.startsWith(start)) all[link] = target;
    }
    return all;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#opened === undefined) return;
    for (const backend of (await this.#opened).values()) await backend[Symbol.asyncDispose]?.();
  }
}

export const canonical = (name: string): string => ALIASES[name] ?? name;

export function listOf(backend: FileBackend, kind: ListKind, saltenv: string): Promise<readonly string[]> | readonly string[] {
  if (kind === 'files') return backend.fileList(saltenv);
  return kind === 'dirs' ? backend.dirList(saltenv) : backend.fileListEmptydirs?.(saltenv) ?? [];
}

/** Source: read, Salt 3008.3, `Fileserver.find_file`. */
function readPath(path: string, saltenv: string): { path: string; saltenv: string } | undefined {
  if (path.startsWith('|')) return { path: path.slice(1), saltenv };
  const [bare = '', query = ''] = path.split('?');
  if (bare === '' || bare.includes('\0')) return undefined;
  const env = query.split('&').find((part) => part.startsWith('saltenv='))?.slice('saltenv='.length);
  return { path: bare, saltenv: env ?? saltenv };
}
