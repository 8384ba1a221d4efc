/** Parts of `file.manage_file` that existing and new files share: verifying and writing content. */
import { CommandExecutionError } from '../../../../kernel/contract/errors.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isBytes, isTruthy } from '../../../../kernel/std/value.js';
import { encodeAs } from '../ground/codec.js';
import { errorText, isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { removeTemporary, writeTemporary } from '../../../../kernel/sys/file/temporary.js';
import { parseAddress } from '../../../../kernel/sys/file/url.js';
import { hashFile } from '../look/hash.js';
import { commitFile, CommitError } from './commit.js';
import { ManageFailure, sumType, type Managed } from './managed.js';
import { checkSignature } from './source-sum.js';

const ADVICE = " If the 'source_hash' value refers to a remote file with multiple possible matches, then it may be necessary to set "
  + "'source_hash_name'.";

/** Checks the fetched content against its hash and its signature. `shown` is the name in the sentence. @throws ManageFailure */
export async function verifyContent(managed: Managed, shown: string, withAdvice: boolean): Promise<void> {
  const { ctx, wish, sfn, source } = managed;
  const checked = source !== '' && parseAddress(source).scheme !== 'salt' && !wish.skipVerify && !wish.useEtag;
  if (checked) {
    const type = sumType(managed);
    const actual = await hashFile(ctx.sys, sfn, type);
    if (actual !== managed.sum.hsum) {
      throw new ManageFailure(
        `Specified ${type} checksum for ${shown} (${managed.sum.hsum ?? ''}) does not match actual checksum (${actual})`
        + (withAdvice ? `.${ADVICE}` : ''),
      );
    }
  }
  if (!isTruthy(wish.signature)) return;
  try {
    const signature = wish.signature === true ? null : wish.signature;
    await checkSignature(ctx, sfn, signature, wish.signatureWish, { saltenv: wish.saltenv, verifySsl: wish.verifySsl });
  } catch (error) {
    if (!(error instanceof CommandExecutionError)) throw error;
    throw new ManageFailure(`Failed checking new file's signature: ${error.message}`);
  }
}

/** Puts content in place. @throws ManageFailure where the system refuses */
export async function commitOrExplain(managed: Managed, content: string, target: string): Promise<void> {
  const { ctx, wish } = managed;
  try {
    await commitFile(ctx, content, target, wish.backup);
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof CommitError)) throw error;
    await removeTemporary(ctx, content);
    throw new ManageFailure(`Failed to commit change: ${errorText(error)}`);
  }
}

/** A temporary file with the given contents in the given encoding. */
export async function contentsFile({ ctx, wish }: Managed): Promise<string> {
  const { contents, encoding } = wish;
  if (isBytes(contents)) return writeTemporary(ctx.sys, contents);
  const text = str(contents);
  return writeTemporary(ctx.sys, encoding ? encodeAs(text, encoding, wish.encodingErrors) : text);
}
