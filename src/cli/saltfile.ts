/**
 * The Saltfile: options of command lines by program, in YAML, for those who do not want to type them each time.
 *
 * Source: read, Salt 3008.3.
 */
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigError } from '../kernel/config/config-error.js';
import { Notices } from '../kernel/config/notice.js';
import { readConfigFile } from '../kernel/config/read-file.js';
import { isMap, mapEntries, type PlainMap } from '../kernel/std/value.js';
import { str } from '../kernel/std/python-text.js';
import { UsageError, type ParsedLine } from './parsed-line.js';

/** The line with the options of the Saltfile that were not given on it. @throws UsageError */
export function withSaltfile(line: ParsedLine, env: Readonly<Record<string, string | undefined>> = process.env): ParsedLine {
  const path = saltfileOf(line, env);
  if (path === undefined) return line;
  if (!isFile(path)) throw new UsageError(`'${path}' file does not exist.\n`);
  const own = optionsFor(line.table.name, readSaltfile(resolve(path)));
  const values: PlainMap = { ...line.values };
  const given = new Set(line.given);
  for (const [dest, value] of Object.entries(own)) {
    if (given.has(dest)) continue;
    values[dest] = value;
    given.add(dest);
  }
  return { ...line, values, given };
}

function readSaltfile(path: string): PlainMap {
  try {
    return readConfigFile(path, new Notices());
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** Under our name or under Salt's, so that one file serves both. */
function optionsFor(program: string, content: PlainMap): PlainMap {
  const own = content[program] ?? content[program.replace(/^t/, '')];
  return isMap(own) ? Object.fromEntries(mapEntries(own).map(([key, value]) => [str(key), value])) : {};
}

function saltfileOf(line: ParsedLine, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const named = line.values['saltfile'] ?? env['SALT_SALTFILE'];
  if (typeof named === 'string') return named === '' ? undefined : named;
  return ['Saltfile', join(homedir(), '.salt', 'Saltfile')].find(isFile);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
