/**
 * The files of a configuration, laid over each other: main file, `default_include`, `include`.
 * Between included files mappings merge and lists are joined; over the main file a key replaces the whole value.
 *
 * Source: observed, Salt 3008.3.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { updateMap } from '../std/merge.js';
import { isOsError } from '../std/os-error.js';
import { isMap, isTruthy, mapEntries, mapFrom, type PlainMap, type Value } from '../std/value.js';
import { globPaths } from '../sys/glob.js';
import { ConfigError } from './config-error.js';
import type { Notices } from './notice.js';
import { readConfigFile } from './read-file.js';

/** Includes inside of includes. */
const INCLUDE_DEPTH_MAX = 16;

export interface Layers {
  readonly options: PlainMap;
  /** The file whose value of a top-level option counts. */
  readonly origins: ReadonlyMap<string, string>;
  /** Files read, in order. */
  readonly files: readonly string[];
}

export interface LayerRequest {
  /** The main file as it was asked for. Patterns are relative to its folder. */
  readonly path: string;
  /** The file read in its place, when a variable of the environment names one. */
  readonly mainFile: string;
  readonly defaultInclude: Value;
  readonly notices: Notices;
}

/** Reads all files. A missing main file is not an error. @throws ConfigError when the main file is broken */
export function readLayers({ path, mainFile, defaultInclude, notices }: LayerRequest): Layers {
  const reader = new LayerReader(path, notices);
  const main = isReadableFile(mainFile, notices) ? reader.readMain(mainFile) : {};
  if (!reader.files.includes(mainFile)) notices.add('debug', `Missing configuration file: ${mainFile}`);
  // Both are taken from the main file before any include is read (read).
  const further = main['include'] ?? [];
  reader.lay(main, reader.include(main['default_include'] ?? defaultInclude, path, false, 0));
  reader.lay(main, reader.include(further, path, true, 0));
  return { options: main, origins: reader.origins, files: reader.files };
}

class LayerReader {
  readonly origins = new Map<string, string>();
  readonly files: string[] = [];
  readonly #notices: Notices;
  readonly #main: string;

  constructor(main: string, notices: Notices) {
    this.#main = main;
    this.#notices = notices;
  }

  readMain(path: string): PlainMap {
    const options = readConfigFile(path, this.#notices);
    this.#note(path, options);
    options['conf_file'] = path;
    return options;
  }

  /** Lays included options over the main file's: key by key, no merging. */
  lay(main: PlainMap, included: PlainMap): void {
    for (const [name, value] of Object.entries(included)) main[name] = value;
  }

  include(patterns: Value, from: string, isAsked: boolean, depth: number): PlainMap {
    let merged: PlainMap = {};
    if (!isTruthy(patterns)) return merged;
    if (depth > INCLUDE_DEPTH_MAX) {
      this.#notices.add('error', `Includes of ${this.#main} are nested deeper than ${INCLUDE_DEPTH_MAX}: ${from} is not followed`);
      return merged;
    }
    for (const pattern of Array.isArray(patterns) ? patterns : [patterns]) {
      if (typeof pattern !== 'string') {
        this.#notices.add('error', `Error parsing configuration file: ${from} - an "include" must be text`);
        continue;
      }
      for (const path of this.#matches(pattern, from, isAsked)) merged = this.#addFile(merged, path, isAsked, depth);
    }
    return merged;
  }

  #matches(pattern: string, from: string, isAsked: boolean): string[] {
    const home = pattern.replace(/^~(?=\/|$)/, homedir());
    const path = isAbsolute(home) ? home : join(dirname(from), home);
    const found = globPaths(path);
    if (found.length === 0 && isAsked) {
      this.#notices.add('warning', `Warning parsing configuration file: "include" path/glob '${path}' matches no files`);
    }
    return found;
  }

  /** A broken included file is reported and skipped. */
  #addFile(merged: PlainMap, path: string, isAsked: boolean, depth: number): PlainMap {
    let options: PlainMap;
    try {
      options = readConfigFile(path, this.#notices);
    } catch (err) {
      if (!(err instanceof ConfigError)) throw err;
      this.#notices.add('error', err.message);
      return merged;
    }
    this.#note(path, options);
    const nested = options['include'];
    if (isTruthy(nested)) this.lay(options, this.include(nested ?? null, path, isAsked, depth + 1));
    return updateMap(replaceJobs(merged, options), options, { mergeLists: true }) as PlainMap;
  }

  #note(path: string, options: PlainMap): void {
    this.files.push(path);
    for (const name of Object.keys(options)) this.origins.set(name, path);
  }
}

/** A job of the schedule is replaced as a whole by the job of that name in a later file (read). */
function replaceJobs(merged: PlainMap, options: PlainMap): PlainMap {
  const before = merged['schedule'];
  const now = options['schedule'];
  if (!isMap(before) || !isMap(now)) return merged;
  return { ...merged, schedule: mapFrom(new Map([...mapEntries(before), ...mapEntries(now)])) };
}

/** As Salt, goes on with defaults when the file may not be read; but not in silence. */
function isReadableFile(path: string, notices: Notices): boolean {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isFile();
  } catch (err) {
    if (isOsError(err, 'EACCES')) notices.add('warning', `No permissions to read the configuration "${path}": defaults are used. Are you running as the correct user?`);
    if (err instanceof Error && 'code' in err) return false;
    throw err;
  }
}
