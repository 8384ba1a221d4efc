/** Makes the text of return data: redacts secrets, chooses the outputter, falls back when it cannot show the data. */
import { TsaltError } from '../../kernel/contract/errors.js';
import type { OutputOptions, OutputPlugin } from '../../kernel/contract/plugin.js';
import { redactHidden } from '../../kernel/std/masked.js';
import { stripEnd } from '../../kernel/std/python-space.js';
import { isMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { loadYaml } from '../../kernel/yaml/load.js';
import type { ParsedLine } from '../parsed-line.js';

/** Finds an outputter by the name users type; undefined when there is none. */
export type LoadOutput = (name: string) => Promise<OutputPlugin | undefined>;

export interface DisplayOptions extends OutputOptions {
  /** Takes one line for the log when an outputter is missing or fails. */
  readonly warn?: (text: string) => void;
  /** Reads the file of the option `color_theme`; without it themes are not used. */
  readonly readText?: (path: string) => Promise<string | undefined>;
}

/**
 * The text to print, without white space at its end; empty when there is nothing to print.
 *
 * `opts` are the options of the program. `output` in them comes before `outputter`. Colours are used when `color` is set
 * and `no_color` is not, or with `force_color`; whether there is a terminal is the caller's question.
 *
 * An outputter of the option `output` has no substitute: Salt asks it again in place of nested and raw, and shows nothing.
 *
 * Source: golden, outputters, cli/salt-types-key; read, Salt 3008.3.
 * Differs: Salt falls back only after some kinds of errors and ends with a traceback after others.
 */
export async function display(
  data: Value,
  outputter: string | null,
  opts: Readonly<PlainMap>,
  load: LoadOutput,
  options: DisplayOptions = {},
): Promise<string> {
  const shown = redactHidden(data);
  const { warn = () => undefined, readText, ...rest } = options;
  const settings = await settingsOf(opts, readText, warn);
  const wanted = outputterName(outputter, opts);
  const isForced = wanted === opts['output'];
  const names = [...new Set([wanted, 'nested', 'raw'])];
  for (const [at, name] of names.entries()) {
    const plugin = await load(name);
    if (plugin === undefined) {
      // Old minions ask for `grains`, which is nothing to complain about.
      if (name !== 'grains') warn(`Invalid outputter ${name} specified, fall back to nested`);
      continue;
    }
    try {
      return stripEnd(plugin.output(shown, settings, rest) ?? '');
    } catch (error) {
      if (at === names.length - 1 || !(error instanceof Error)) throw error;
      if (isForced && name === wanted) {
        warn(`Nested output failed: \nTraceback (most recent call last):\n${reasonOf(error)}`);
        return '';
      }
      warn(`The outputter ${name} cannot show this data: ${reasonOf(error)}`);
    }
  }
  throw new TypeError('none of the outputters raw and nested is there');
}

/** Of options that cannot change: a thousand minions' answers are shown with the same ones, and there are hundreds of them. */
const settingsKnown = new WeakMap<Readonly<PlainMap>, PlainMap>();

async function settingsOf(opts: Readonly<PlainMap>, readText: DisplayOptions['readText'], warn: (text: string) => void): Promise<PlainMap> {
  const known = settingsKnown.get(opts);
  if (known !== undefined) return known;
  const settings: PlainMap = { ...opts, color: colorOf(opts), color_theme: await themeOf(opts, readText, warn) };
  if (Object.isFrozen(opts)) settingsKnown.set(opts, Object.freeze(settings));
  return settings;
}

/** The class of an error and the message of our own errors; messages of others could quote the data. */
function reasonOf(error: Error): string {
  return error instanceof TsaltError ? error.message : error.name;
}

/** Colours as the options have them; whether there is a terminal was asked before. */
export function colorOf(opts: Readonly<PlainMap>): Value {
  if (isTruthy(opts['force_color'])) return true;
  return isTruthy(opts['no_color']) ? false : (opts['color'] ?? false);
}

/** The codes in the file of `color_theme`, `{ GREEN: '0;35' }`; null when there are none. */
async function themeOf(
  opts: Readonly<PlainMap>,
  readText: DisplayOptions['readText'],
  warn: (text: string) => void,
): Promise<Value> {
  const path = opts['color_theme'];
  if (typeof path !== 'string' || path === '' || readText === undefined || !isTruthy(colorOf(opts))) return null;
  try {
    const text = await readText(path);
    if (text === undefined) warn(`The named theme ${path} if not available`);
    const theme = text === undefined ? null : loadYaml(text, { source: path });
    if (isMap(theme)) return theme;
    warn(`Failed to read the color theme ${path}`);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    warn(`Failed to read the color theme ${path}: ${reasonOf(error)}`);
  }
  return null;
}

/** The outputter of the command line. The word highstate stands for what the function itself asks for: golden cli/salt-types-highstate. */
export function askedOutputter({ given, values }: ParsedLine): string | null {
  return given.has('output') && values['output'] !== 'highstate' ? String(values['output']) : null;
}

/** The name of the outputter to use. */
export function outputterName(asked: string | null, opts: Readonly<PlainMap>): string {
  if (isTruthy(opts['progress'])) return 'progress';
  const option = opts['output'];
  // An option that says highstate does not override: data of other functions has its own outputter.
  const name = option !== undefined && option !== 'highstate' ? option : asked;
  if (name === 'text') return 'txt';
  if (typeof name === 'string' && name !== '') return name;
  return isTruthy(opts['static']) ? staticName(opts) : 'nested';
}

/** With `--static` all returns are printed in one piece, whose outputter nobody named. */
function staticName(opts: Readonly<PlainMap>): string {
  if (isTruthy(opts['output'])) return String(opts['output']);
  return String(opts['fun'] ?? '').split('.')[0] === 'state' ? 'highstate' : 'nested';
}
