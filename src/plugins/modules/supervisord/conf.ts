/** The configuration of supervisord, as Python's configparser reads it: options in small letters, those of `[DEFAULT]` everywhere. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { splitLines } from '../../../kernel/std/python-space.js';
import { parseFloatText } from '../../../kernel/std/python-number.js';
import { floatOf, type PlainMap, type Value } from '../../../kernel/std/value.js';

const PATHS = ['/etc/supervisor/supervisord.conf', '/etc/supervisord.conf'];
/** References inside references end here. */
const DEPTH_MAX = 10;

type Options = Map<string, string>;

async function pathOf(given: string | null, ctx: Context): Promise<string> {
  if (given !== null) return given;
  for (const path of PATHS) if (await ctx.sys.exists(path)) return path;
  throw new CommandExecutionError('No suitable config file found');
}

function readSections(text: string): Map<string, Options> {
  const sections = new Map<string, Options>();
  let options: Options = new Map();
  let last = '';
  for (const line of splitLines(text)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const heading = /^\[(.+)\]/.exec(line)?.[1];
    const option = /^(\S.*?)\s*[=:]\s*(.*)$/.exec(line);
    if (heading !== undefined) {
      options = sections.get(heading) ?? new Map<string, string>();
      sections.set(heading, options);
      last = '';
    } else if (/^\s/.test(line) && last !== '') {
      options.set(last, `${options.get(last) ?? ''}\n${line.trim()}`);
    } else if (option !== null) {
      last = String(option[1]).toLowerCase();
      options.set(last, String(option[2]).trim());
    }
  }
  return sections;
}

/** `%(name)s` is the option of that name; a name nobody knows stays, since supervisord knows more than the file says. */
function resolved(value: string, options: Options, depth = 0): string {
  if (depth > DEPTH_MAX) throw new CommandExecutionError('Options of the configuration refer to each other');
  return value.replaceAll(/%(?:%|\(([^)]+)\)s)/g, (all, name: string | undefined) => {
    if (name === undefined) return '%';
    const found = options.get(name.toLowerCase());
    return found === undefined ? all : resolved(found, options, depth + 1);
  });
}

function valueOf(text: string): Value {
  const value = (text.split(';')[0] ?? '').trim();
  if (/^[+-]?\d+$/.test(value)) return Number(value);
  if (/^(true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  const number = parseFloatText(value);
  return number === undefined ? value : floatOf(number);
}

/** Options of a program. @throws CommandExecutionError when the file has it not */
export async function programOptions(name: string, given: string | null, ctx: Context): Promise<PlainMap> {
  const sections = readSections(await ctx.sys.readText(await pathOf(given, ctx)) ?? '');
  const own = sections.get(`program:${name}`);
  if (own === undefined) throw new CommandExecutionError(`Process '${name}' not found`);
  const all: Options = new Map([...sections.get('DEFAULT') ?? [], ...own]);
  return Object.fromEntries([...all].map(([key, value]) => [key, valueOf(resolved(value, all))]));
}
