/** `file.serialize`: data as a file. */
import type { Context } from '../../../../kernel/contract/context.js';
import { PythonError } from '../../../../kernel/contract/errors.js';
import { p, type ArgsOf } from '../../../../kernel/contract/params.js';
import { done } from '../../../../kernel/contract/state.js';
import { updateMap } from '../../../../kernel/std/merge.js';
import { str } from '../../../../kernel/std/python-text.js';
import { equalValues, isBytes, isMap, isPlainMap, isTruthy, typeName, type PlainMap, type Value, type ValueMap } from '../../../../kernel/std/value.js';
import { readBytes } from '../../../../kernel/sys/file/content.js';
import { normalizeMode } from '../../../../kernel/sys/file/mode.js';
import { errorText } from '../../../../kernel/sys/file/os-error.js';
import { isRegularFile } from '../../../../kernel/sys/file/probe.js';
import { decodeUtf8 } from '../../../../kernel/sys/file/utf8.js';
import { answerOf, hasChanges, Refusal, type Answer } from '../ground/answer.js';
import { environmentOf } from '../ground/checks.js';
import { checkByProgram, checkOptions, fileToCheck } from './check-cmd.js';
import { dataDifferences } from './data-differences.js';
import { optionsOf, serializerNamed, type Serializer } from './serializers.js';

export const serializeParams = {
  dataset: p.any(null), dataset_pillar: p.any(null), user: p.any(null), group: p.any(null), mode: p.any(null), backup: p.any(''),
  makedirs: p.any(false), show_changes: p.any(true), create: p.any(true), merge_if_exists: p.any(false, 'Lay the data over what the file has'),
  encoding: p.any(null), encoding_errors: p.string('strict'), serializer: p.any(null, '`yaml`, `json`, `configparser`, `msgpack`'),
  serializer_opts: p.any(null), deserializer_opts: p.any(null), check_cmd: p.any(null), tmp_dir: p.any(null), tmp_ext: p.string(''),
};
export type SerializeArgs = ArgsOf<typeof serializeParams> & { readonly kwargs: PlainMap };

/** @throws Refusal */
export async function serialize(ctx: Context, path: string, args: SerializeArgs): Promise<PlainMap> {
  if (!isTruthy(args.create) && !await isRegularFile(ctx.sys, path)) {
    return done(path, `File ${path} is not present and is not set for creation`);
  }
  const { env: _env, formatter = null, ...kwargs } = args.kwargs;
  if (isTruthy(args.serializer) && isTruthy(formatter)) throw new Refusal('Only one of serializer and formatter are allowed');
  const name = str(isTruthy(args.serializer) ? args.serializer : isTruthy(formatter) ? formatter : 'yaml').toLowerCase();
  const dataset = await datasetOf(ctx, args);
  const serializer = serializerNamed(name);
  if (serializer === undefined) {
    throw new Refusal(`The ${name} serializer could not be found. It either does not exist or its prerequisites are not installed.`);
  }
  const existing = isTruthy(args.merge_if_exists) ? await existingData(ctx, path, serializer, args) : null;
  const merged = existing === null ? dataset : laidOver(existing, dataset);
  if (existing !== null && equalValues(existing, merged)) return done(path, `The file ${path} is in the correct state`);
  const options = { ...serializer.defaults(isTruthy(args.encoding)), ...optionsOf(args.serializer_opts) };
  const made = await serializer.serialize(ctx, merged, options);
  const answer = await write(ctx, path, { ...args, kwargs }, isBytes(made) ? made : `${str(made)}\n`);
  if (isMap(existing) && isMap(merged)) answer.changes['diff'] = dataDifferences(existing, merged);
  return { ...warned(args), ...answer };
}

const warned = ({ deserializer_opts, merge_if_exists }: SerializeArgs): PlainMap => (isTruthy(deserializer_opts) && !isTruthy(merge_if_exists)
  ? { warnings: ["The 'deserializer_opts' option is ignored unless merge_if_exists is set to True."] } : {});

async function datasetOf(ctx: Context, { dataset, dataset_pillar }: SerializeArgs): Promise<Value> {
  if (isTruthy(dataset) && isTruthy(dataset_pillar)) throw new Refusal("Only one of 'dataset' and 'dataset_pillar' is permitted");
  const data = isTruthy(dataset_pillar) ? await ctx.call('pillar.get', [dataset_pillar], { unmask: true }) : dataset;
  if (data === null) throw new Refusal("Neither 'dataset' nor 'dataset_pillar' was defined");
  return data;
}

/** What the file holds; null where there is none. */
async function existingData(ctx: Context, path: string, serializer: Serializer, args: SerializeArgs): Promise<Value> {
  if (!await isRegularFile(ctx.sys, path)) return null;
  const bytes = await readBytes(ctx.sys, path);
  try {
    return await serializer.deserialize(ctx, decodeUtf8(bytes), optionsOf(args.deserializer_opts));
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    throw new Refusal(`Failed to deserialize existing data: ${error.message}`);
  }
}

function laidOver(existing: Value, dataset: Value): ValueMap {
  if (isMap(existing) && isMap(dataset)) return updateMap(existing, dataset);
  throw new PythonError('TypeError', `Cannot update using non-dict types in dictupdate.update() (${typeName(existing)}, ${typeName(dataset)})`);
}

interface Writing {
  readonly user: Value;
  readonly group: Value;
  readonly mode: string | null;
  readonly contents: Value;
}

async function write(ctx: Context, path: string, args: SerializeArgs, contents: Value): Promise<Answer> {
  const writing: Writing = { user: args.user, group: args.group, mode: normalizeMode(args.mode), contents };
  if (ctx.test) return foretell(ctx, path, args, writing);
  if (isTruthy(args.check_cmd)) {
    const verdict = await checkFirst(ctx, path, args, writing);
    if (verdict !== undefined) return verdict;
  }
  return place(ctx, path, args, writing);
}

async function foretell(ctx: Context, path: string, { show_changes, kwargs }: SerializeArgs, { user, group, mode, contents }: Writing): Promise<Answer> {
  const told = await ctx.call('file.check_managed_changes', [], {
    ...kwargs, name: path, source: null, source_hash: {}, source_hash_name: null, user, group, mode, attrs: null, template: null, context: null,
    defaults: null, saltenv: environmentOf(ctx), contents, skip_verify: false,
  });
  const changes = isPlainMap(told) ? { ...told } : {};
  if (Object.keys(changes).length === 0) return { name: path, changes, result: true, comment: `The file ${path} is in the correct state` };
  if (!isTruthy(show_changes)) changes['diff'] = '<show_changes=False>';
  return { name: path, changes, result: null, comment: `Dataset will be serialized and stored into ${path}` };
}

async function place(ctx: Context, path: string, args: SerializeArgs, { user, group, mode, contents }: Writing): Promise<Answer> {
  const begun = { name: path, changes: {}, comment: '', result: true };
  return answerOf(await ctx.call('file.manage_file', [], {
    name: path, sfn: '', ret: begun, source: null, source_sum: {}, user, group, mode, attrs: null, saltenv: environmentOf(ctx), backup: args.backup,
    makedirs: args.makedirs, template: null, show_changes: args.show_changes, encoding: args.encoding, encoding_errors: args.encoding_errors, contents,
  }));
}

/** The answer when the program refuses the new content. Differs: what Salt says of its temporary file does not get into the answer about the file. */
async function checkFirst(ctx: Context, path: string, args: SerializeArgs, writing: Writing): Promise<Answer | undefined> {
  const checked = await fileToCheck(ctx, args.tmp_dir, args.tmp_ext);
  try {
    if (await isRegularFile(ctx.sys, path)) await ctx.call('file.copy', [path, checked]);
    const tried = await place(ctx, checked, args, writing);
    if (!hasChanges(tried)) return undefined;
    const verdict = await checkByProgram(ctx, args.check_cmd, checked, checkOptions(ctx));
    return verdict === true ? undefined : { name: path, changes: {}, comment: '', result: false, ...verdict };
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw new Refusal(`Unable to check_cmd file: ${errorText(error)}`);
  } finally {
    await ctx.sys.fs.rm(checked, { force: true });
  }
}
