/** `file.keyvalue`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { done, failed } from '../../../../kernel/contract/state.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { readBytes } from '../../../../kernel/sys/file/content.js';
import { failedWith, isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { decodeUtf8 } from '../../../../kernel/sys/file/utf8.js';
import { Refusal } from '../ground/answer.js';
import { editKeyValues, type Edited, type KeyValueWish } from './keyvalue-lines.js';

export interface KeyValueArgs extends Omit<KeyValueWish, 'pairs'> {
  readonly key: Value;
  readonly value: Value;
  readonly key_values: Value;
  readonly showChanges: boolean;
  readonly ignoreMissing: boolean;
  readonly create: boolean;
}

function pairsOf({ key, value, key_values }: KeyValueArgs): KeyValueWish['pairs'] {
  if (key !== null && value !== null) {
    if (isMap(key_values)) throw new Refusal('file.keyvalue can not combine key_values with key and value');
    return [[str(key), value]];
  }
  const fault = !isTruthy(key_values) ? 'is empty' : 'is not a dictionary';
  if (!isMap(key_values) || !isTruthy(key_values)) throw new Refusal(`file.keyvalue key and value not supplied and key_values ${fault}`);
  return mapEntries(key_values).map(([name, one]) => [str(name), one]);
}

/** Lines as Python reads text: all kinds of line ends become `\n`. */
const linesOf = (bytes: Uint8Array): string[] => decodeUtf8(bytes).replace(/\r\n?/g, '\n').match(/[^\n]*\n|[^\n]+$/g) ?? [];

async function read(ctx: Context, path: string, args: KeyValueArgs): Promise<{ lines: string[]; isNew: boolean } | undefined> {
  try {
    return { lines: linesOf(await readBytes(ctx.sys, path)), isNew: false };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return args.create && failedWith(error, 'ENOENT') ? { lines: [], isNew: true } : undefined;
  }
}

/** @throws Refusal */
export async function keyvalue(ctx: Context, path: string, args: KeyValueArgs): Promise<PlainMap> {
  const pairs = pairsOf(args);
  const file = await read(ctx, path, args);
  if (file === undefined) return { name: path, changes: {}, result: args.ignoreMissing, comment: `unable to open ${path}` };
  const edited = editKeyValues(file.lines, { ...args, pairs, append: args.append || file.isNew });
  if (edited.changed === 0 && edited.deleted === 0) return done(path, '');
  const changes: PlainMap = args.showChanges ? { diff: edited.diff.join('') } : {};
  if (ctx.test) return foretold(path, edited, changes);
  try {
    await ctx.sys.fs.writeFile(path, edited.lines.join(''));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return failed(path, `${path} not writable`, changes);
  }
  return done(path, `Changed ${edited.changed}, deleted ${edited.deleted} lines`, changes);
}

function foretold(path: string, { diff, changed, deleted }: Edited, changes: PlainMap): PlainMap {
  const comment = `File ${path} is set to be changed (${changed} lines modified, ${deleted} deleted)`;
  const shown = 'diff' in changes ? `\nPredicted diff:\n\r\t\t${diff.join('\r\t\t')}` : '';
  return { name: path, changes, result: null, comment: comment + shown };
}
