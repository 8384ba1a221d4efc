/** Archives: tar, gzip, ZIP and RAR. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, CommandNotFoundError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isOsError, osErrorText } from '../../kernel/std/os-error.js';
import { compareText } from '../../kernel/std/python-order.js';
import { splitLines } from '../../kernel/std/python-space.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type Value } from '../../kernel/std/value.js';
import { contentsOf, inDetail, strip } from './archive/contents.js';
import { nameList, operands, rendered, runLines, sourcePaths, trimmed } from './archive/words.js';
import { makeZip, unpackZip } from './archive/zip.js';
import { NotZipError, readZip } from './archive/zip-directory.js';
import { needProgram, runAll, word } from './lookup/programs.js';
import { splitWords } from '../../kernel/sys/shell-words.js';

interface Source {
  readonly name: string;
  readonly clean: boolean;
  readonly saltenv: string;
  readonly source_hash: Value;
  readonly use_etag: boolean;
}

const located = (message: string, path: string): string => `${/[.?!]$/.test(message) ? message : `${message}.`} Additional info follows:\n\narchive location:\n    ${path}`;

/** Works on a copy of an archive, which may come from anywhere; failures tell where it is. */
async function withCopy<T>(source: Source, ctx: Context, work: (path: string) => Promise<T>): Promise<T> {
  const path = await ctx.call('cp.cache_file', [source.name, source.saltenv], { source_hash: source.source_hash, use_etag: source.use_etag });
  if (typeof path !== 'string' || path === '') throw new CommandExecutionError(`Failed to cache ${source.name}`);
  try {
    const answer = await work(path);
    if (source.clean) await ctx.sys.fs.rm(path, { force: true });
    return answer;
  } catch (err) {
    if (err instanceof CommandExecutionError) throw new CommandExecutionError(located(err.message, path), { cause: err });
    throw err;
  }
}

interface ListArguments extends Source {
  readonly archive_format: string | null;
  readonly options: Value;
  readonly strip_components: Value;
  readonly verbose: boolean;
}

function list(args: ListArguments, ctx: Context): Promise<Value> {
  return withCopy(args, ctx, async (path) => {
    const levels = isTruthy(args.strip_components) ? Number(args.strip_components) : 0;
    if (isTruthy(args.strip_components) && !(levels > 0)) throw new CommandExecutionError("'strip_components' must be a positive integer");
    const all = await contentsOf({ name: args.name, path, format: args.archive_format, options: args.options }, ctx);
    const kept = levels > 0 ? strip(all, levels) : all;
    return args.verbose ? inDetail(kept) : [...kept.dirs, ...kept.files, ...kept.links].sort(compareText);
  });
}

function isEncrypted(args: Source, ctx: Context): Promise<boolean> {
  return withCopy(args, ctx, async (path) => {
    try {
      return (await readZip(path, ctx)).some((entry) => entry.isEncrypted);
    } catch (err) {
      if (err instanceof NotZipError) throw new CommandExecutionError(`${args.name} is not a ZIP file`, { cause: err });
      if (isOsError(err)) throw new CommandExecutionError(osErrorText(err), { cause: err });
      throw err;
    }
  });
}

async function tar(args: { options: string; tarfile: string; sources: Value; dest: string | null; cwd: string | null; template: string | null; runas: string | null }, ctx: Context): Promise<string[]> {
  await needProgram(ctx, 'tar');
  if (args.options === '') throw new InvocationError('Tar options can not be empty');
  const place = args.dest === null || args.dest === '' ? [] : ['-C', args.dest];
  // A name in the place of an archive's is one even with a dash when an option takes it; else it must not become one.
  const file = args.tarfile.startsWith('-') && args.tarfile !== '-' ? `./${args.tarfile}` : args.tarfile;
  return runLines(['tar', ...args.options.split(/\s+/).filter((one) => one !== ''), file, ...place, ...operands(sourcePaths(args.sources))], { cwd: args.cwd, template: args.template, runas: args.runas }, ctx);
}

async function compress(program: 'gzip' | 'gunzip', file: string, args: { options: string | null; template: string | null; runas: string | null }, ctx: Context): Promise<string[]> {
  await needProgram(ctx, program);
  const options = args.options === null || args.options === '' ? [] : [args.options];
  return runLines([program, ...options, ...operands([file])], { template: args.template, runas: args.runas }, ctx);
}

interface CommandUnzip {
  readonly zip_file: string;
  readonly dest: string;
  readonly excludes: Value;
  readonly options: string | null;
  readonly template: string | null;
  readonly runas: string | null;
  readonly trim_output: Value;
  readonly password: Value;
}

async function commandUnzip(args: CommandUnzip, ctx: Context): Promise<string[]> {
  await needProgram(ctx, 'unzip');
  const secret = isTruthy(args.password) ? ['-P', str(args.password)] : [];
  const excludes = args.excludes === null ? [] : ['-x', ...nameList(args.excludes).map((name) => word(name, 'Exclude'))];
  const argv = ['unzip', ...secret, ...splitWords(args.options ?? ''), word(args.zip_file, 'Archive'), '-d', word(args.dest, 'Folder'), ...excludes];
  const done = await runAll(ctx, argv, { template: args.template, runas: args.runas, redirect_stderr: true, output_loglevel: secret.length > 0 ? 'quiet' : 'debug' });
  if (done.retcode !== 0) throw new CommandExecutionError(done.stdout);
  return trimmed(splitLines(done.stdout), args.trim_output);
}

async function unrar(args: { rarfile: string; dest: string; excludes: Value; template: string | null; runas: string | null; trim_output: Value }, ctx: Context): Promise<string[]> {
  const program = await ctx.sys.which('unrar') ?? await ctx.sys.which('rar');
  if (program === undefined) throw new CommandNotFoundError(`None of provided binaries(["'unrar'", "'rar'"]) were found in $PATH.`);
  const excludes = nameList(args.excludes).flatMap((name) => ['-x', word(name, 'Exclude')]);
  const argv = [program, 'x', '-idp', word(args.rarfile, 'Archive'), ...excludes, word(args.dest, 'Folder')];
  return trimmed(await runLines(argv, { template: args.template, runas: args.runas }, ctx), args.trim_output);
}

const template = p.string(null, 'engine for the paths');
const runas = p.string(null);
const RUN = { template, cwd: p.string(null), runas };
const zip_file = p.string();
const sources = p.any();
const trim_output = p.any(false, 'how many files are told; 100 for True');
const password = p.any(null);
const ORIGIN = { saltenv: p.string('base'), source_hash: p.any(null), use_etag: p.bool(false) };

export default defineModule({
  name: 'archive',
  doc: 'Archives: tar, gzip, ZIP and RAR.',
  functions: {
    list: fn({
      doc: "List what is in an archive.\n\nsalt '*' archive.list salt://foo.tar.gz verbose=True",
      params: {
        name: p.string(), archive_format: p.string(null), options: p.any(null, 'program that unpacks it for tar'), strip_components: p.any(null), clean: p.bool(false), verbose: p.bool(false), ...ORIGIN,
      },
      run: (args, ctx) => list(args, ctx),
    }),
    tar: fn({
      doc: "Run tar.\n\nsalt '*' archive.tar cjvf /tmp/tarfile.tar.bz2 /tmp/file_1,/tmp/file_2",
      params: { options: p.string(), tarfile: p.string(), sources: p.any(null), dest: p.string(null), cwd: p.string(null), template, runas }, run: (args, ctx) => tar(args, ctx),
    }),
    gzip: fn({
      doc: "Pack a file with gzip.\n\nsalt '*' archive.gzip /tmp/sourcefile.txt", params: { sourcefile: p.string(), template, runas, options: p.string(null) },
      run: (args, ctx) => compress('gzip', args.sourcefile, args, ctx),
    }),
    gunzip: fn({
      doc: "Unpack a file of gzip.\n\nsalt '*' archive.gunzip /tmp/sourcefile.txt.gz", params: { gzipfile: p.string(), template, runas, options: p.string(null) },
      run: (args, ctx) => compress('gunzip', args.gzipfile, args, ctx),
    }),
    cmd_zip: fn({
      doc: "Make a ZIP file with the program and give its output.\n\nsalt '*' archive.cmd_zip /tmp/zipfile.zip /tmp/sourcefile1,/tmp/sourcefile2", params: { zip_file, sources, ...RUN },
      run: async (args, ctx) => {
        await needProgram(ctx, 'zip');
        return runLines(['zip', '-r', word(args.zip_file, 'Archive'), ...operands(sourcePaths(args.sources))], { cwd: args.cwd, template: args.template, runas: args.runas }, ctx);
      },
    }),
    zip: fn({
      doc: "Make a ZIP file and list what is in it.\n\nsalt '*' archive.zip /tmp/zipfile.zip /tmp/sourcefile1,/tmp/sourcefile2", params: { zip_file, sources, ...RUN, zip64: p.bool(false) },
      run: async (args, ctx) => makeZip({
        zipFile: await rendered(args.zip_file, args.template, ctx), sources: typeof args.sources === 'string' ? await rendered(args.sources, args.template, ctx) : args.sources, cwd: args.cwd, runas: args.runas,
      }, ctx),
    }),
    cmd_unzip: fn({
      doc: "Unpack a ZIP file with the program and give its output.\n\nsalt '*' archive.cmd_unzip /tmp/zipfile.zip /home/strongbad/ excludes=file_1,file_2",
      params: { zip_file, dest: p.string(), excludes: p.any(null), options: p.string(null), template, runas, trim_output, password }, run: (args, ctx) => commandUnzip(args, ctx),
    }),
    unzip: fn({
      doc: "Unpack a ZIP file and list what was in it.\n\nsalt '*' archive.unzip /tmp/zipfile.zip /home/strongbad/ excludes=file_1,file_2",
      params: { zip_file, dest: p.string(), excludes: p.any(null), options: p.any(null), template, runas, trim_output, password, extract_perms: p.bool(true) },
      run: async (args, ctx) => {
        const [zipFile, dest] = [await rendered(args.zip_file, args.template, ctx), await rendered(args.dest, args.template, ctx)];
        return trimmed(await unpackZip({ zipFile, dest, excludes: args.excludes, runas: args.runas, password: args.password, keepRights: args.extract_perms }, ctx), args.trim_output);
      },
    }),
    is_encrypted: fn({
      doc: "Say whether a ZIP file wants a password.\n\nsalt '*' archive.is_encrypted /path/to/myfile.zip", params: { name: p.string(), clean: p.bool(false), ...ORIGIN },
      run: (args, ctx) => isEncrypted(args, ctx),
    }),
    rar: fn({
      doc: "Make a RAR file.\n\nsalt '*' archive.rar /tmp/rarfile.rar /tmp/sourcefile1,/tmp/sourcefile2", params: { rarfile: p.string(), sources, ...RUN },
      run: async (args, ctx) => {
        await needProgram(ctx, 'rar');
        return runLines(['rar', 'a', '-idp', word(args.rarfile, 'Archive'), ...operands(sourcePaths(args.sources))], { cwd: args.cwd, template: args.template, runas: args.runas }, ctx);
      },
    }),
    unrar: fn({
      doc: "Unpack a RAR file.\n\nsalt '*' archive.unrar /tmp/rarfile.rar /home/strongbad/ excludes=file_1,file_2",
      params: { rarfile: p.string(), dest: p.string(), excludes: p.any(null), template, runas, trim_output }, run: (args, ctx) => unrar(args, ctx),
    }),
  },
});
