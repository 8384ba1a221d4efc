/** `file.decode`: text in base64 becomes a file. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../../kernel/contract/errors.js';
import { done, wouldChange } from '../../../../kernel/contract/state.js';
import { isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { asks } from '../ground/answer.js';

export interface DecodeWish {
  readonly encodedData: Value;
  readonly contentsPillar: Value;
  readonly checksum: Value;
}

async function encodedText(ctx: Context, { encodedData, contentsPillar }: DecodeWish): Promise<Value> {
  const [given, named] = [isTruthy(encodedData), isTruthy(contentsPillar)];
  if (!given && !named) throw new CommandExecutionError("Specify either the 'encoded_data' or 'contents_pillar' argument.");
  if (given && named) throw new CommandExecutionError("Specify only one 'encoded_data' or 'contents_pillar' argument.");
  if (given) return encodedData;
  const content = await ctx.call('pillar.get', [contentsPillar, false], { unmask: true });
  if (content === false) throw new CommandExecutionError('Pillar data not found.');
  return content;
}

/** @throws CommandExecutionError */
export async function decode(ctx: Context, path: string, wish: DecodeWish): Promise<PlainMap> {
  const { checksum } = wish;
  const content = await encodedText(ctx, wish);
  const sumOfFile = (): Promise<Value> => ctx.call('hashutil.digest_file', [path, checksum]);
  let changes: PlainMap = {};
  if (await asks(ctx, 'file_exists', path)) {
    const wanted = await ctx.call('hashutil.digest', [await ctx.call('hashutil.base64_decodestring', [content]), checksum]);
    const now = await sumOfFile();
    if (wanted === now) return done(path, 'File is in the correct state.');
    changes = { old: now, new: wanted };
  }
  if (ctx.test) return wouldChange(path, 'File is set to be updated.', changes);
  const result = isTruthy(await ctx.call('hashutil.base64_decodefile', [content, path]));
  if (Object.keys(changes).length === 0) changes = { old: null, new: await sumOfFile() };
  return { name: path, changes, result, comment: 'File was updated.' };
}
