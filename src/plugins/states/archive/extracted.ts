/** An archive whose contents are in a folder. Start at `extracted`. */
import { posix } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { isRegularFile, lstatOf } from '../../../kernel/sys/file/probe.js';
import { tried } from '../outcome/failure.js';
import { isNoted, knownSum, noteSum } from './checksum.js';
import { clearWrong, compare, removeAll } from './compare.js';
import { enforceOwner, ownerOf, type Enforced, type Owner } from './ownership.js';
import { checkSignature, findArchive, haveArchive, refuseUnpacked, sourceSum } from './source.js';
import { unpack } from './unpack.js';
import { Refusal, type Archive, type Contents, type Report, type Wish } from './wish.js';

export async function extracted(asked: Wish, warnings: string[], ctx: Context): Promise<PlainMap> {
  const report: Report = { name: asked.name, changes: {}, warnings };
  const returned = await steps(asked, report, ctx).catch((error: unknown) => {
    if (error instanceof Refusal) return { name: report.name, changes: report.changes, result: error.result, comment: error.message };
    throw error;
  });
  return warnings.length === 0 ? returned : { ...returned, warnings };
}

async function checkPaths({ name, ifMissing, enforceOn, skipListVerify, skipVerify }: Wish, ctx: Context): Promise<void> {
  if (skipListVerify && skipVerify) throw new Refusal('Only one of "skip_files_list_verify" and "skip_verify" can be set to True');
  if (!posix.isAbsolute(name)) throw new Refusal(`${name} is not an absolute path`);
  const folder = name.replace(/\/+$/, '');
  if (await isRegularFile(ctx.sys, folder)) throw new Refusal(`${folder} exists and is not a directory`);
  if (ifMissing !== null && !posix.isAbsolute(ifMissing)) throw new Refusal("Value for 'if_missing' is not an absolute path");
  if (enforceOn !== null && !posix.isAbsolute(enforceOn)) throw new Refusal("Value for 'enforce_ownership_on' is not an absolute path");
  if (enforceOn !== null && posix.relative(folder, enforceOn).startsWith('../')) throw new Refusal(`Value for 'enforce_ownership_on' must be within ${folder}/`);
  if (ifMissing !== null && await ctx.sys.exists(ifMissing)) throw new Refusal(`Path ${ifMissing} exists`, true);
}

/** Options and passwords fit to the kind of archive; gives whether the program unzip is used. */
async function checkOptions({ options, password, useUnzip }: Wish, { format }: Archive, warnings: string[], ctx: Context): Promise<boolean | null> {
  let uses = useUnzip;
  if (format === 'zip' && isTruthy(options)) {
    if (uses === false) {
      throw new Refusal("'use_cmd_unzip' cannot be set to False if CLI options are being specified (via the 'options' argument). Either remove 'use_cmd_unzip', or set it to True.");
    }
    uses = true;
    if (!await ctx.has('archive.cmd_unzip')) throw new Refusal('archive.cmd_unzip function not available, unzip might not be installed on minion');
  }
  if (format === 'zip' && isTruthy(password)) {
    if (uses === true) {
      warnings.push("Using a password in combination with setting 'use_cmd_unzip' to True is considered insecure. It is recommended to remove the 'use_cmd_unzip' argument (or set it to False) and allow Salt to extract the archive using Python's built-in ZIP file support.");
    }
    uses ??= false;
  }
  if (format !== 'zip' && isTruthy(password)) throw new Refusal("The 'password' argument is only supported for zip archives");
  if (format === 'rar' && !await ctx.has('archive.unrar')) throw new Refusal('archive.unrar function not available, rar/unrar might not be installed on minion');
  if (format === 'rar' && isTruthy(options)) throw new Refusal("The 'options' argument is only compatible with the following archive formats: tar, zip");
  return uses;
}

/** Folders at the front of each path that tar is told to leave out. */
const stripped = ({ options }: Wish, { format }: Archive): number | null => {
  const [, count] = format === 'tar' ? /--strip(?:-components)?(?:\s+|=)["']?(\d+)["']?/.exec(options ?? '') ?? [] : [];
  return count === undefined ? null : Number(count);
};

async function contentsOf(wish: Wish, archive: Archive, ctx: Context): Promise<Contents> {
  const found = await tried(ctx.call('archive.list', [archive.path], {
    archive_format: archive.format, options: wish.listOptions, strip_components: stripped(wish, archive), clean: false, verbose: true, use_etag: wish.useEtag,
  }));
  if ('value' in found) return found.value as unknown as Contents;
  const errors = [
    ...(isTruthy(wish.ifMissing) ? [] : ["'if_missing' must be set"]),
    ...(wish.enforceOn === null && (isTruthy(wish.user) || isTruthy(wish.group)) ? ["Ownership cannot be managed without setting 'enforce_ownership_on'."] : []),
  ];
  if (errors.length === 0) throw new Refusal(found.failure.message);
  const way = archive.format === 'tar'
    ? "If the source archive is a tar archive compressed using a compression type not natively supported by the tar command, then setting the 'list_options' argument may allow the contents to be listed. Otherwise, if Salt is unable to determine the files/directories in the archive, the following workaround(s) would need to be used for this state to proceed"
    : 'The following workarounds must be used for this state to proceed';
  throw new Refusal(`${found.failure.message}\n\n${way} (assuming the source file is a valid ${archive.format} archive):\n${errors.map((error) => `\n- ${error}`).join('')}`);
}

async function refuseEncrypted(wish: Wish, archive: Archive, ctx: Context): Promise<void> {
  if (archive.format !== 'zip' || isTruthy(wish.password)) return;
  const encrypted = await tried(ctx.call('archive.is_encrypted', [archive.path], { clean: false, saltenv: wish.saltenv, use_etag: wish.useEtag }));
  if ('value' in encrypted && isTruthy(encrypted.value)) {
    throw new Refusal(`Archive ${archive.shown} is password-protected, but no password was specified. Please set the 'password' argument.`);
  }
}

/** What has to be done, and why. */
interface Need {
  readonly unpacks: boolean;
  readonly missing: boolean;
  readonly newHash: boolean;
}

const reason = ({ newHash, missing }: Need): string => (newHash ? ', due to source_hash update' : missing ? ', due to absence of one or more files/dirs' : '');

async function steps(asked: Wish, report: Report, ctx: Context): Promise<PlainMap> {
  await checkPaths(asked, ctx);
  const wish = { ...asked, name: asked.name.replace(/\/+$/, '') };
  const owner = await ownerOf(wish, ctx);
  if (wish.sourceHashUpdate && !isTruthy(wish.sourceHash)) report.warnings.push("The 'source_hash_update' argument is ignored when 'source_hash' is not also specified.");
  const backend = String(wish.signing['sig_backend'] ?? 'gpg');
  if ((isTruthy(wish.signature) || isTruthy(wish.signing['source_hash_sig'] ?? null)) && !await ctx.has(`${backend}.verify`)) {
    throw new Refusal(`Cannot verify signatures because the ${backend} module was not loaded`);
  }
  const named = await findArchive(wish, ctx);
  const useUnzip = await checkOptions(wish, named, report.warnings, ctx);
  const summed = { ...named, sum: await sourceSum(wish, named, ctx) };
  await refuseUnpacked(wish, summed, ctx);
  const path = await haveArchive(wish, summed, ctx);
  if (typeof path !== 'string') return path;
  return withArchive({ ...wish, useUnzip }, { ...summed, path }, owner, report, ctx);
}

async function withArchive(wish: Wish, archive: Archive, owner: Owner, report: Report, ctx: Context): Promise<PlainMap> {
  const folder = `${wish.name}/`;
  await checkSignature(wish, archive.path, ctx);
  const noted = await knownSum(archive.path, ctx);
  // Differs: a test run notes nothing.
  if (isTruthy(wish.sourceHash) && wish.sourceHashUpdate && !wish.skipVerify && !ctx.test) await noteSum(archive.path, ctx);
  await refuseEncrypted(wish, archive, ctx);
  const contents = await contentsOf(wish, archive, ctx);
  if (wish.enforceToplevel && (contents.top_level_dirs.length > 1 || contents.top_level_files.length > 0)) {
    throw new Refusal(`Archive does not have a single top-level directory. To allow this archive to be extracted, set 'enforce_toplevel' to False. To avoid a '${archive.format}-bomb' it may also be advisable to set a top-level directory by adding it to the 'name' value (for example, setting 'name' to ${folder}some_dir instead of ${folder}).`);
  }
  if (wish.clean && wish.cleanParent) throw new Refusal("Only one of 'clean' and 'clean_parent' can be set to True");
  const found = await compare(contents, folder, ctx);
  if (found.wrong.length > 0) await clearWrong(wish, folder, found.wrong, report, ctx);
  const unpacks = wish.overwrite || found.missing || (found.wrong.length > 0 && !wish.clean);
  const newHash = !unpacks && wish.sourceHashUpdate && noted !== undefined && !await isNoted(archive.path, noted, ctx);
  const need: Need = { unpacks: unpacks || newHash, missing: found.missing, newHash };
  const made = need.unpacks ? await carryOut(wish, archive, contents, { need, report }, ctx) : undefined;
  if (made !== undefined && 'returned' in made) return made.returned;
  const enforced = await enforceOwner(wish, owner, contents, report, ctx);
  const returned = finished(wish, archive, { need, report, files: made?.files }, enforced, ctx);
  await dropSource(wish, archive, report, ctx);
  return returned;
}

interface Progress {
  readonly need: Need;
  readonly report: Report;
}

async function carryOut(wish: Wish, archive: Archive, contents: Contents, { need, report }: Progress, ctx: Context): Promise<{ readonly files: Value } | { readonly returned: PlainMap }> {
  const folder = `${wish.name}/`;
  const { changes } = report;
  if (archive.isLocal && isTruthy(wish.sourceHash) && !wish.skipVerify && !isTruthy(await ctx.call('file.check_hash', [archive.address, archive.sum['hsum'] ?? null]))) {
    throw new Refusal(`${archive.shown} does not match the desired source_hash ${String(archive.sum['hsum'])}`);
  }
  if (ctx.test) throw new Refusal(`Archive ${archive.shown} would be extracted to ${folder}${wish.clean ? ', after cleaning destination path(s)' : ''}${reason(need)}`, null);
  if (wish.cleanParent && await lstatOf(ctx.sys, wish.name) !== undefined) {
    await ctx.sys.fs.rm(wish.name, { recursive: true, force: true });
    changes['removed'] ??= `Directory ${folder} was removed prior to the extraction`;
  }
  if (wish.clean) await removeAll([...contents.top_level_dirs, ...contents.top_level_files].map((path) => posix.join(folder, path)), report, ctx);
  const isNew = !await ctx.sys.exists(wish.name);
  if (isNew) await ctx.state?.call('file.directory', { name: folder, user: wish.user, makedirs: true });
  try {
    const files = await unpack(wish, archive, folder, ctx);
    if (typeof files === 'object' && 'failed' in files) return { returned: { name: report.name, changes: files.failed, result: false, comment: '' } };
    if (isNew) changes['directories_created'] = [folder];
    return { files: files as Value };
  } catch (error) {
    if (error instanceof Refusal && isNew) await ctx.sys.fs.rmdir(wish.name).catch(() => undefined);
    throw error;
  }
}

const list = (paths: readonly string[]): string => paths.map((path) => `\n- ${path}`).join('');

function finished(
  { name, trim, ifMissing }: Wish, { shown }: Archive, { need, report, files }: Progress & { readonly files: Value | undefined }, { missing, failed }: Enforced, ctx: Context,
): PlainMap {
  const { changes } = report;
  let [result, comment]: [boolean | null, string] = [true, 'All files in archive are already present'];
  if (files !== undefined && isTruthy(files)) {
    changes['extracted_files'] = files;
    comment = `${shown} extracted to ${name}/${reason(need)}${trim === null ? '' : `. Output was trimmed to ${trim} number of lines`}`;
  } else if (files !== undefined) {
    [result, comment] = [false, `No files were extracted from ${shown}`];
  } else if (ctx.test && changes['updated ownership'] === true) {
    [result, comment] = [null, `${comment}. Ownership would be updated on one or more files/directories.`];
  }
  if (missing.length > 0) {
    if (ifMissing === null) result = false;
    comment += `\n\nWhile trying to enforce user/group ownership, the following paths were missing:\n${list(missing)}`;
  }
  if (failed.length > 0) {
    result = false;
    comment += `\n\nWhile trying to enforce user/group ownership, Salt was unable to change ownership on the following paths:\n${list(failed)}`;
  }
  return { name: report.name, changes, result, comment };
}

async function dropSource({ keepSource, saltenv }: Wish, archive: Archive, { warnings }: Report, ctx: Context): Promise<void> {
  if (archive.isLocal || keepSource) return;
  const dropped = await ctx.state?.call('file.not_cached', { name: archive.address, saltenv });
  if (isPlainMap(dropped) && !isTruthy(dropped['result'])) warnings.push(String(dropped['comment']));
}
