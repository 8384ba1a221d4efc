/** The configuration of logrotate. */
import { join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { InvocationError, PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { escapePython } from '../../kernel/std/python-regex.js';
import { str } from '../../kernel/std/python-text.js';
import { equalValues, isPlainMap, isTruthy, mapFrom, typeName, type Value } from '../../kernel/std/value.js';
import { blockText, INCLUDED, readConf, type Conf } from './logrotate/conf.js';

/** Python's `re.MULTILINE` and `re.DOTALL`. */
const MULTILINE = 8;
const DOTALL = 16;

/** Salt's text for a block that is asked for as if it had no settings. */
const IS_BLOCK = (key: string): string => `Error: ${key} includes a dict, and a specific setting inside the dict was not declared`;
const IS_NO_BLOCK = 'Error: A setting for a dict was declared, but the configuration line given is not a dict';

async function get(key: string, value: Value, path: string, ctx: Context): Promise<Value> {
  const found = (await readConf(path, ctx)).get(key) ?? false;
  if (!isTruthy(value) || !isTruthy(found)) return found;
  if (!isPlainMap(found)) throw new PythonError('AttributeError', `'${typeName(found)}' object has no attribute 'get'`);
  return Object.hasOwn(found, str(value)) ? found[str(value)] ?? null : false;
}

/** The file a key stands in: an included one, or the file asked for. */
function fileOf(key: string, conf: Conf, path: string): string {
  const included = conf.get(INCLUDED);
  if (!isPlainMap(included)) return path;
  const name = Object.entries(included).findLast(([, keys]) => (keys as readonly Value[]).includes(key))?.[0];
  return name === undefined ? path : join(str(conf.get('include') ?? ''), name);
}

/** A second line could be a script that logrotate runs. */
function checkLine(...values: readonly Value[]): void {
  if (values.some((value) => /[\r\n\0]/.test(str(value)))) throw new InvocationError('A setting of logrotate must be one line');
}

/** A replacement without groups. */
const literally = (text: string): string => text.replaceAll('\\', '\\\\');

interface Wish {
  readonly key: string;
  readonly value: Value;
  readonly setting: Value;
}

function settingLine({ key, value }: Wish, conf: Conf): string | undefined {
  const current = conf.get(key) ?? false;
  if (isPlainMap(current)) throw new InvocationError(IS_BLOCK(key));
  if (equalValues(value, current)) return undefined;
  return value === true ? key : isTruthy(value) ? `${key} ${str(value)}` : '';
}

function blockLines({ key, value, setting }: Wish, conf: Conf): string | undefined {
  const current = conf.get(key) ?? {};
  if (isTruthy(current) && !isPlainMap(current)) throw new InvocationError(IS_NO_BLOCK);
  const rows: Conf = new Map(isPlainMap(current) ? Object.entries(current) : []);
  const name = str(value);
  if (equalValues(setting, rows.get(name) ?? false)) return undefined;
  if (isTruthy(setting)) rows.set(name, setting);
  else rows.delete(name);
  return blockText(key, rows);
}

async function set(wish: Wish, path: string, ctx: Context): Promise<Value> {
  checkLine(wish.key, wish.value, wish.setting);
  const conf = await readConf(path, ctx);
  const isBlock = wish.setting !== null;
  const text = isBlock ? blockLines(wish, conf) : settingLine(wish, conf);
  if (text === undefined) return true;
  const key = escapePython(wish.key);
  return ctx.call('file.replace', [], {
    path: fileOf(wish.key, conf, path), backup: false, show_changes: false, repl: literally(text), not_found_content: text,
    ...(isBlock ? { pattern: `^${key}.*?{.*?}`, flags: MULTILINE + DOTALL, append_if_not_found: true } : { pattern: `^${key}.*`, flags: MULTILINE, prepend_if_not_found: true }),
  });
}

const key = p.string();
const confFile = p.string('/etc/logrotate.conf');

export default defineModule({
  name: 'logrotate',
  when: { kernel: ['Linux'] },
  doc: 'Reads and edits the configuration of logrotate.',
  functions: {
    show_conf: fn({
      doc: "Give the whole configuration, with what included files have.\n\nsalt '*' logrotate.show_conf",
      params: { conf_file: confFile },
      run: async (args, ctx) => mapFrom(await readConf(args.conf_file, ctx)),
    }),
    get: fn({
      doc: "Give a setting, a block, or a setting of a block.\n\nsalt '*' logrotate.get rotate\nsalt '*' logrotate.get /var/log/wtmp rotate /etc/logrotate.conf",
      params: { key, value: p.any(null), conf_file: confFile },
      run: (args, ctx) => get(args.key, args.value, args.conf_file, ctx),
    }),
    set: fn({
      doc: "Set a setting, or one of a block.\n\nsalt '*' logrotate.set rotate 2\nsalt '*' logrotate.set /var/log/wtmp rotate 2",
      params: { key, value: p.any(), setting: p.any(null), conf_file: confFile },
      run: (args, ctx) => set(args, args.conf_file, ctx),
    }),
  },
});
