/** Certificates and keys that were made elsewhere and only have to be put in their place. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

const NOT_UPDATED = '. The file was not actually updated - please pass test=opts.get("test") into the wrapper to enable proper test mode support.';

export interface Told extends PlainMap {
  readonly name: string;
  readonly result: Value;
  readonly comment: Value;
  readonly changes: Value;
}

async function fileManaged(name: string, words: PlainMap, ctx: Context): Promise<PlainMap> {
  if (ctx.state === undefined) throw new CommandExecutionError('A file is managed in a run of states only');
  return ctx.state.call('file.managed', { name, ...words });
}

const withFile = (told: PlainMap, row: PlainMap, ctx: Context): PlainMap =>
  ({ ...told, sub_state_run: [{ ...row, low: { name: told['name'] ?? null, state: 'file', __id__: ctx.state?.low['__id__'] ?? null, fun: 'managed' } }] });

/** A certificate: text, or base64. */
export async function placed(told: Told, contents: Value, encoding: Value, words: PlainMap, ctx: Context): Promise<PlainMap> {
  if (!isTruthy(told.result)) return told;
  const isThere = isTruthy(await ctx.call('file.file_exists', [told.name]));
  const row = await fileManaged(told.name, { ...words, replace: false }, ctx);
  if (row['result'] === false) return withFile({ ...told, result: false, changes: {}, comment: `Could not ${isThere ? 'update' : 'create'} file, see file.managed output` }, row, ctx);
  if (contents === null) return withFile(told, row, ctx);
  if (ctx.test) return withFile({ ...told, comment: `${str(told.comment)}${NOT_UPDATED}` }, row, ctx);
  const isText = encoding === 'pem' || encoding === 'pkcs7_pem';
  await ctx.sys.writeFile(told.name, Buffer.from(str(contents), isText ? 'utf8' : 'base64'));
  return withFile(told, row, ctx);
}

/** A key that lies in a temporary file. */
export async function moved(told: Told, temporary: Value, words: PlainMap, ctx: Context): Promise<PlainMap> {
  if (!isTruthy(told.result)) return told;
  const row = await fileManaged(told.name, { ...words, replace: false }, ctx);
  if (temporary === null) return withFile(told, row, ctx);
  if (ctx.test) {
    await ctx.sys.fs.rm(str(temporary), { force: true });
    return { ...told, comment: `${str(told.comment)}${NOT_UPDATED}` };
  }
  try {
    await ctx.call('file.move', [temporary, told.name]);
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    return { ...told, result: false, changes: {}, comment: `${str(told.comment)}. But: Failed moving the private key into place: ${error.message}` };
  }
  return withFile(told, row, ctx);
}
