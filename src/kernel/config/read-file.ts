/** Reads one configuration file. */
import { readFileSync, renameSync } from 'node:fs';
import { str } from '../std/python-text.js';
import { isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../std/value.js';
import { loadYaml, topLevelLines, YamlError } from '../yaml/load.js';
import { ConfigError } from './config-error.js';
import type { Notices } from './notice.js';

const FILE_BYTES_MAX = 16 * 1024 * 1024;

/** Python's class of what a document may be at its top, for the message. */
function pythonClass(value: Value): string {
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'number' && !Number.isInteger(value) ? 'float' : 'int';
}

/** The options of a file, keys as text. An `id` becomes text. @throws ConfigError when it is no YAML mapping or cannot be read */
export function readConfigFile(path: string, notices: Notices): PlainMap {
  const value = parse(path, notices);
  if (!isTruthy(value)) return {};
  if (!isMap(value)) {
    throw new ConfigError(`Error parsing configuration file: ${path} - conf should be a document, not <class '${pythonClass(value)}'>.`);
  }
  const options: PlainMap = {};
  for (const [key, item] of mapEntries(value)) {
    const name = str(key);
    if (name === '__proto__') throw new ConfigError(`Error parsing configuration file: ${path} - '__proto__' is not an option.`);
    options[name] = name === 'id' && typeof item !== 'string' ? str(item) : item;
  }
  return options;
}

function parse(path: string, notices: Notices): Value {
  try {
    return loadYaml(readUtf8(path), { source: path });
  } catch (err) {
    if (!(err instanceof YamlError)) throw err;
    const text = `Error parsing configuration file: ${path} - ${err.message}`;
    // The schedule is written by the program itself: a damaged one must not keep the minion from starting.
    if (!path.endsWith('_schedule.conf')) throw new ConfigError(text, { cause: err });
    notices.add('error', text);
    notices.add('error', `Renaming to ${path}YAMLError`);
    renameSync(path, `${path}YAMLError`);
    return null;
  }
}

function readUtf8(path: string): string {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > FILE_BYTES_MAX) throw new RangeError(`it is larger than ${FILE_BYTES_MAX} bytes`);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (err) {
    throw new ConfigError(`Error parsing configuration file: ${path} - ${err instanceof Error ? err.message : String(err)}`, { cause: err });
  }
}

/** Line (from 1) on which a file sets an option, or undefined when it cannot be told. */
export function lineOfOption(path: string, name: string): number | undefined {
  try {
    return topLevelLines(readUtf8(path)).get(name);
  } catch (err) {
    // Only an aid for a message: the file may be gone or changed since it was read.
    if (err instanceof YamlError || err instanceof ConfigError) return undefined;
    throw err;
  }
}
