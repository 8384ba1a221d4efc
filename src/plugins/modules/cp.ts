/** Copies files: from the master's file server, from the web, to the master, and from `salt-cp`. */
import type { Context } from '../../kernel/contract/context.js';
import { mapLimited } from '../../kernel/std/async.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isTruthy, type Value } from '../../kernel/std/value.js';
import { cachedPath, cachePathOf, environmentOf, readSaltPath } from './cp/address.js';
import { hashOf, modeOf } from './cp/digest.js';
import { cacheFile, fileText, getContent, getFile, getUrl } from './cp/fetch.js';
import { cacheFolder, cacheLocalFile, cacheMaster, getFolder, listCached, listStates } from './cp/folders.js';
import { pushFile, pushFolder } from './cp/push.js';
import { receiveFiles, receivePiece } from './cp/receive.js';
import { getTemplate } from './cp/render.js';
import { renderedWords } from './shared/rendered-words.js';

const saltenv = p.any(null, 'environment; the option `saltenv` or base when empty');
const addressParams = { path: p.string(), saltenv };
const cacheParams = {
  ...addressParams, source_hash: p.string(null, 'a copy with this digest is not fetched again'), verify_ssl: p.bool(true), use_etag: p.bool(false),
};

/** Environment in the address wins over the argument. */
const placeOf = (ctx: Context, address: string, given: Value): { path: string; saltenv: string } => {
  const target = readSaltPath(address, environmentOf(ctx, given));
  return { path: target.isRemote ? `salt://${target.path}` : address, saltenv: target.saltenv };
};

const gzipOf = (gzip: Value): { gzip?: number } => (isTruthy(gzip) ? { gzip: Number(gzip) } : {});

function cacheOne(ctx: Context, args: { path: string; saltenv: Value; source_hash: string | null; verify_ssl: boolean; use_etag: boolean }): Promise<Value> {
  const place = placeOf(ctx, args.path, args.saltenv);
  return cacheFile(ctx, place.path, {
    saltenv: place.saltenv, sourceHash: args.source_hash ?? undefined, verifySsl: args.verify_ssl, useEtag: args.use_etag,
  });
}

const FILES_AT_ONCE = 8;

function cacheMany(ctx: Context, paths: readonly string[], given: Value): Promise<Value[]> {
  return mapLimited(paths, FILES_AT_ONCE, (path) => {
    const place = placeOf(ctx, path, given);
    return cacheFile(ctx, place.path, { saltenv: place.saltenv });
  });
}

export default defineModule({
  name: 'cp',
  quickGrains: true,
  doc: "Copies files: from the master's file server, from the web, to the master, and from `salt-cp`.",
  aliases: { cache_file_ssh: 'cache_file', hash_file_ssh: 'hash_file' },
  functions: {
    get_file: fn({
      doc: "Copy a file of the master to a path here; gives the path, or empty text when there is no such file.\n\nsalt '*' cp.get_file salt://path/to/file /minion/dest makedirs=True",
      params: {
        path: p.string(), dest: p.string(), saltenv, makedirs: p.bool(false), template: p.string(null, 'engine that renders both paths'),
        gzip: p.any(null, 'level of compression on the way'), kwargs: p.keywords(),
      },
      async run(args, ctx) {
        const env = environmentOf(ctx, args.saltenv);
        const [path, dest] = await renderedWords(ctx, [args.path, args.dest], args.template, { saltenv: env, ...args.kwargs });
        const place = placeOf(ctx, path, env);
        return getFile(ctx, place.path, dest, { saltenv: place.saltenv, makedirs: args.makedirs, ...gzipOf(args.gzip) });
      },
    }),
    get_template: fn({
      doc: "Render a file of the master as a template and write the result to a path here.\n\nsalt '*' cp.get_template salt://path/to/template /minion/dest",
      params: { path: p.string(), dest: p.string(), template: p.string('jinja'), saltenv, makedirs: p.bool(false), kwargs: p.keywords() },
      run: ({ kwargs, ...args }, ctx) => getTemplate(ctx, { ...args, saltenv: environmentOf(ctx, args.saltenv), variables: kwargs }),
    }),
    get_dir: fn({
      doc: "Copy a folder of the master, with everything below, into a folder here; gives the paths.\n\nsalt '*' cp.get_dir salt://path/to/dir/ /minion/dest",
      params: { path: p.string(), dest: p.string(), saltenv, template: p.string(null), gzip: p.any(null), kwargs: p.keywords() },
      async run(args, ctx) {
        const env = environmentOf(ctx, args.saltenv);
        const [path, dest] = await renderedWords(ctx, [args.path, args.dest], args.template, { saltenv: env, ...args.kwargs });
        return getFolder(ctx, path, dest, env, gzipOf(args.gzip).gzip);
      },
    }),
    get_url: fn({
      doc: "Fetch a file of the master, of the web or of this machine; with dest=None the content is given back.\n\nsalt '*' cp.get_url http://www.example.com/file /tmp/file",
      params: { path: p.string(), dest: p.any(''), saltenv, makedirs: p.bool(false), source_hash: p.string(null) },
      run(args, ctx) {
        const options = { saltenv: environmentOf(ctx, args.saltenv), makedirs: args.makedirs, sourceHash: args.source_hash ?? undefined };
        return typeof args.dest === 'string' ? getUrl(ctx, args.path, args.dest, options) : getContent(ctx, args.path, options);
      },
    }),
    get_file_str: fn({
      doc: "Give the text of a file of the master; False when there is no such file.\n\nsalt '*' cp.get_file_str salt://my/file",
      params: addressParams,
      run(args, ctx) {
        const place = placeOf(ctx, args.path, args.saltenv);
        return fileText(ctx, place.path, place.saltenv);
      },
    }),
    cache_file: fn({
      doc: "Keep a copy of a file and give its path; False when there is no such file.\n\nsalt '*' cp.cache_file salt://path/to/file",
      params: cacheParams,
      run: (args, ctx) => cacheOne(ctx, args),
    }),
    cache_dest: fn({
      doc: "Say where the copy of a file would lie.\n\nsalt '*' cp.cache_dest https://foo.com/bar.rpm",
      params: { url: p.string(), saltenv },
      run: (args, ctx) => cachePathOf(ctx, args.url, environmentOf(ctx, args.saltenv)),
    }),
    cache_files: fn({
      doc: "Keep copies of several files and give their paths.\n\nsalt '*' cp.cache_files salt://pathto/file1,salt://pathto/file1",
      params: { paths: p.strings(), saltenv },
      run: ({ paths, saltenv: env }, ctx) => cacheMany(ctx, paths, env),
    }),
    cache_dir: fn({
      doc: "Keep copies of everything below a folder of the master; patterns are globs, or regular expressions behind E@.\n\nsalt '*' cp.cache_dir salt://path/to/dir include_pat='E@*.py$'",
      params: { path: p.string(), saltenv, include_empty: p.bool(false), include_pat: p.any(null), exclude_pat: p.any(null) },
      run: (args, ctx) => cacheFolder(ctx, args.path, environmentOf(ctx, args.saltenv), args.include_empty, { include: args.include_pat, exclude: args.exclude_pat }),
    }),
    cache_master: fn({
      doc: "Keep copies of all files of the master.\n\nsalt '*' cp.cache_master",
      params: { saltenv },
      run: ({ saltenv: env }, ctx) => cacheMaster(ctx, environmentOf(ctx, env)),
    }),
    cache_local_file: fn({
      doc: "Keep a copy of a file of this machine and give its path.\n\nsalt '*' cp.cache_local_file /etc/hosts",
      params: { path: p.string() },
      run: ({ path }, ctx) => cacheLocalFile(ctx, path, environmentOf(ctx, null)),
    }),
    list_states: fn({
      doc: "List the SLS files of an environment as states name them.\n\nsalt '*' cp.list_states",
      params: { saltenv },
      run: ({ saltenv: env }, ctx) => listStates(ctx, environmentOf(ctx, env)),
    }),
    list_master: fn({
      doc: "List the files of the master.\n\nsalt '*' cp.list_master prefix=web",
      params: { saltenv, prefix: p.string('') },
      run: ({ saltenv: env, prefix }, ctx) => ctx.port('files').fileList(environmentOf(ctx, env), prefix),
    }),
    list_master_dirs: fn({
      doc: "List the folders of the master.\n\nsalt '*' cp.list_master_dirs",
      params: { saltenv, prefix: p.string('') },
      run: ({ saltenv: env, prefix }, ctx) => ctx.port('files').dirList(environmentOf(ctx, env), prefix),
    }),
    list_master_symlinks: fn({
      doc: "List the links of the master and where they lead.\n\nsalt '*' cp.list_master_symlinks",
      params: { saltenv, prefix: p.string('') },
      run: ({ saltenv: env, prefix }, ctx) => ctx.port('files').symlinkList(environmentOf(ctx, env), prefix),
    }),
    list_minion: fn({
      doc: "List the files of which copies are kept here.\n\nsalt '*' cp.list_minion",
      params: { saltenv },
      run: ({ saltenv: env }, ctx) => listCached(ctx, environmentOf(ctx, env)),
    }),
    is_cached: fn({
      doc: "Give the path of the copy of a file, or empty text when none is kept.\n\nsalt '*' cp.is_cached salt://path/to/file",
      params: addressParams,
      run: (args, ctx) => cachedPath(ctx, args.path, environmentOf(ctx, args.saltenv)),
    }),
    hash_file: fn({
      doc: "Give the digest of a file of the master, or of this machine.\n\nsalt '*' cp.hash_file salt://path/to/file",
      params: addressParams,
      run: (args, ctx) => hashOf(ctx, args.path, environmentOf(ctx, args.saltenv)),
    }),
    stat_file: fn({
      doc: "Give the mode of a file of the master, or of this machine.\n\nsalt '*' cp.stat_file salt://path/to/file octal=True",
      params: { ...addressParams, octal: p.any(true) },
      run: (args, ctx) => modeOf(ctx, args.path, environmentOf(ctx, args.saltenv), args.octal === true),
    }),
    envs: fn({
      doc: "List the environments that the master offers.\n\nsalt '*' cp.envs",
      run: (_args, ctx) => ctx.port('files').envs(),
    }),
    push: fn({
      doc: "Send a file of this minion to the master, which has to allow it (`file_recv`).\n\nsalt '*' cp.push /etc/fstab upload_path='/new/path/fstab'",
      params: { path: p.string(), keep_symlinks: p.bool(false), upload_path: p.string(null), remove_source: p.bool(false) },
      run: (args, ctx) => pushFile(ctx, args.path, {
        keepSymlinks: args.keep_symlinks, uploadPath: args.upload_path === '' ? undefined : args.upload_path ?? undefined, removeSource: args.remove_source,
      }),
    }),
    push_dir: fn({
      doc: "Send everything below a folder to the master, or the files whose names fit a pattern.\n\nsalt '*' cp.push_dir /usr/lib glob='*.so' upload_path='/newmodules'",
      params: { path: p.string(), glob: p.string(null), upload_path: p.string(null) },
      run: (args, ctx) => pushFolder(ctx, args.path, args.glob, args.upload_path === '' ? undefined : args.upload_path ?? undefined),
    }),
    recv: fn({
      doc: 'Take whole files from salt-cp.',
      params: { files: p.map(), dest: p.string() },
      run: ({ files, dest }, ctx) => receiveFiles(ctx, files, dest),
    }),
    recv_chunked: fn({
      doc: 'Take one piece of a file from salt-cp; without a piece a folder is made.',
      params: { dest: p.string(), chunk: p.any(), append: p.bool(false), compressed: p.bool(true), mode: p.int(null) },
      run: ({ chunk, ...piece }, ctx) => receivePiece(ctx, { ...piece, chunk: chunk === null ? null : String(chunk) }),
    }),
  },
});
