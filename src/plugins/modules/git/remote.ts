/** Functions that speak with other repositories. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { p } from '../../../kernel/contract/params.js';
import { fn } from '../../../kernel/contract/plugin.js';
import { redacted, urlWithLogin } from '../../../kernel/std/http-login.js';
import { splitLines } from '../../../kernel/std/python-space.js';
import { mapFrom, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { ACCOUNT, cwd, FORM, gitOutput, homePath, IDENTITY, knownKeywords, name, optionWords, OUTCOME, runGit, wordList, type Call } from './run.js';

const LOGIN = { https_user: p.string(null), https_pass: p.string(null) };
const saltenv = p.string('base');
const redact_auth = p.bool(true, 'hide names and passwords in addresses');

/** The address with who we are, for https only; never what git would take as an option. */
function addressOf(url: string, user: string | null, password: string | null): string {
  const address = urlWithLogin(name(url, 'url'), user, password);
  if (address === undefined) throw new InvocationError('Basic Auth only supported for HTTPS');
  return address;
}

interface CloneCall extends Call {
  readonly cwd: string;
  readonly url: string | null;
  readonly name: string | null;
  readonly opts: Value;
  readonly https_user: string | null;
  readonly https_pass: string | null;
}

async function clone(args: CloneCall, ctx: Context): Promise<true> {
  if (args.url === null || args.url === '') throw new InvocationError("Missing 'url' argument");
  const folder = await homePath(args.cwd, args.user, ctx);
  const url = addressOf(args.url, args.https_user, args.https_pass);
  if (args.name !== null) await ctx.sys.fs.mkdir(folder, { recursive: true });
  // Its home may be closed to the user; every user may be in /tmp.
  const place = args.name === null ? { target: folder, cwd: '/tmp' } : { target: args.name, cwd: folder };
  await runGit(['clone', ...optionWords(args.opts), '--', url, place.target], { ...args, cwd: place.cwd }, ctx);
  return true;
}

const UPDATE = /^[\s*]*(?:([0-9a-f]+)\.\.([0-9a-f]+)|\[(?:new (tag|branch)|tag update)\])\s+(.+)->/;

/** What a fetch brought, as git tells it line by line. */
export function readFetched(output: string): PlainMap {
  const lists: Record<string, string[]> = {};
  const updated: PlainMap = {};
  for (const line of output.split('\n')) {
    const [whole, before, after, fresh, ref = ''] = UPDATE.exec(line) ?? [];
    if (whole === undefined) continue;
    if (before !== undefined && after !== undefined) updated[ref.trimEnd()] = { old: before, new: after };
    else (lists[fresh === 'tag' ? 'new tags' : fresh === 'branch' ? 'new branches' : 'updated tags'] ??= []).push(ref.trimEnd());
  }
  return { ...lists, ...(Object.keys(updated).length > 0 ? { 'updated branches': updated } : {}) };
}

async function fetch(args: Call & { remote: string | null; force: boolean; refspecs: Value; opts: Value }, ctx: Context): Promise<PlainMap> {
  const words = [
    'fetch', ...(args.force ? ['--force'] : []), ...optionWords(args.opts).filter((word) => word !== '-f' && word !== '--force'),
    ...(args.remote === null || args.remote === '' ? [] : [name(args.remote, 'remote')]), ...wordList(args.refspecs).map((ref) => name(ref, 'refspecs')),
  ];
  return readFetched(await gitOutput(words, args, ctx, { mergeStderr: true }));
}

/** Names of references to commits. */
function readRefs(output: string): Value {
  return mapFrom(splitLines(output).flatMap((line) => {
    const [, id, ref] = /^\s*(\S+)\s+(\S.*)$/.exec(line) ?? [];
    return id === undefined || ref === undefined ? [] : [[ref, id] as const];
  }));
}

async function listRemotes(args: Call & { redact_auth: boolean }, ctx: Context): Promise<Map<string, PlainMap>> {
  const found = new Map<string, PlainMap>();
  for (const line of (await gitOutput(['remote', '--verbose'], args, ctx)).split('\n')) {
    const [, remote, url, action = ''] = /^(\S+)\s+(.*\S)\s+\(?(\S+?)\)?$/.exec(line) ?? [];
    if (remote === undefined || url === undefined) continue;
    if (action !== 'fetch' && action !== 'push') ctx.log.warn({ remote, action }, 'unknown action of a remote');
    else found.set(remote, { ...found.get(remote), [action]: args.redact_auth ? redacted(url) : url });
  }
  return found;
}

async function remoteOf(args: Call & { remote: string; redact_auth: boolean }, ctx: Context): Promise<PlainMap> {
  const found = (await listRemotes(args, ctx)).get(args.remote);
  if (found !== undefined) return found;
  throw new CommandExecutionError(`Remote '${args.remote}' not present in git checkout located at ${await homePath(args.cwd ?? '', args.user, ctx)}`);
}

interface SetCall extends Call {
  readonly url: string;
  readonly remote: string;
  readonly https_user: string | null;
  readonly https_pass: string | null;
  readonly push_url: string | null;
  readonly push_https_user: string | null;
  readonly push_https_pass: string | null;
}

async function setRemote(args: SetCall, ctx: Context): Promise<PlainMap> {
  const remote = name(args.remote, 'remote');
  const url = addressOf(args.url, args.https_user, args.https_pass);
  const pushUrl = args.push_url === null || args.push_url === '' ? undefined : addressOf(args.push_url, args.push_https_user, args.push_https_pass);
  if ((await listRemotes({ ...args, redact_auth: true }, ctx)).has(remote)) await runGit(['remote', 'rm', remote], args, ctx);
  await runGit(['remote', 'add', remote, url], args, ctx);
  if (pushUrl !== undefined) await runGit(['remote', 'set-url', '--push', remote, pushUrl], args, ctx);
  return remoteOf({ ...args, redact_auth: true }, ctx);
}

export const remoteFunctions = {
  clone: fn({
    doc: "Clone a repository.\n\nsalt '*' git.clone /path/to/repo_parent_dir git://github.com/saltstack/salt.git",
    params: { cwd, url: p.string(null), name: p.string(null), ...FORM, ...ACCOUNT, ...IDENTITY, ...LOGIN, ignore_retcode: OUTCOME.ignore_retcode, saltenv, output_encoding: OUTCOME.output_encoding },
    run: (args, ctx) => clone(args, ctx),
  }),
  fetch: fn({
    doc: "Fetch from a remote repository and tell what came.\n\nsalt '*' git.fetch /path/to/repo upstream",
    params: {
      cwd, remote: p.string(null), force: p.bool(false), refspecs: p.any(null), ...FORM, ...ACCOUNT, ...IDENTITY, ignore_retcode: OUTCOME.ignore_retcode, saltenv, output_encoding: OUTCOME.output_encoding,
    },
    run: (args, ctx) => fetch(args, ctx),
  }),
  ls_remote: fn({
    doc: "Give the references of a remote repository.\n\nsalt '*' git.ls_remote /path/to/repo origin master",
    params: { cwd: p.string(null), remote: p.string('origin'), ref: p.string(null), ...FORM, ...ACCOUNT, ...IDENTITY, ...LOGIN, ...OUTCOME, saltenv },
    run: async (args, ctx) => {
      const remote = addressOf(args.remote, args.https_user, args.https_pass);
      return readRefs(await gitOutput(['ls-remote', ...optionWords(args.opts), remote, ...(args.ref === null || args.ref === '' ? [] : [name(args.ref, 'ref')])], args, ctx));
    },
  }),
  remote_refs: fn({
    doc: "Give the references of a repository by its address; `filter` may choose.\n\nsalt '*' git.remote_refs https://github.com/saltstack/salt.git",
    params: { url: p.string(), heads: p.bool(false), tags: p.bool(false), ...ACCOUNT, ...IDENTITY, ...LOGIN, ...OUTCOME, saltenv, kwargs: p.keywords() },
    run: async (args, ctx) => {
      const { filter = null } = knownKeywords(args.kwargs, 'filter');
      const words = [...(args.heads ? ['--heads'] : []), ...(args.tags ? ['--tags'] : []), addressOf(args.url, args.https_user, args.https_pass)];
      return readRefs(await gitOutput(['ls-remote', ...words, ...(filter === null ? [] : [name(String(filter), 'filter')])], args, ctx));
    },
  }),
  pull: fn({
    doc: "Fetch and merge.\n\nsalt '*' git.pull /path/to/repo opts='--rebase origin master'",
    params: { cwd, ...FORM, ...ACCOUNT, ...IDENTITY, ignore_retcode: OUTCOME.ignore_retcode, saltenv, output_encoding: OUTCOME.output_encoding },
    run: (args, ctx) => gitOutput(['pull', ...optionWords(args.opts)], args, ctx),
  }),
  push: fn({
    doc: "Send commits to a remote repository.\n\nsalt '*' git.push /path/to/repo upstream issue21",
    params: {
      cwd, remote: p.string(null), ref: p.string(null), ...FORM, ...ACCOUNT, ...IDENTITY, ignore_retcode: OUTCOME.ignore_retcode, saltenv, output_encoding: OUTCOME.output_encoding, kwargs: p.keywords(),
    },
    run: (args, ctx) => {
      knownKeywords(args.kwargs);
      const where = [args.remote === null ? [] : name(args.remote, 'remote'), args.ref === null ? [] : name(args.ref, 'ref')].flat();
      return gitOutput(['push', ...optionWords(args.opts), ...where], args, ctx);
    },
  }),
  remotes: fn({
    doc: "Give the addresses of the remote repositories by name.\n\nsalt '*' git.remotes /path/to/repo", params: { cwd, ...ACCOUNT, redact_auth, ...OUTCOME },
    run: async (args, ctx) => mapFrom(await listRemotes(args, ctx)),
  }),
  remote_get: fn({
    doc: "Give the addresses of one remote repository.\n\nsalt '*' git.remote_get /path/to/repo upstream", params: { cwd, remote: p.string('origin'), ...ACCOUNT, redact_auth, ...OUTCOME },
    run: (args, ctx) => remoteOf(args, ctx),
  }),
  remote_set: fn({
    doc: "Set the address of a remote repository.\n\nsalt '*' git.remote_set /path/to/repo git@github.com:user/repo.git",
    params: { cwd, url: p.string(), remote: p.string('origin'), ...ACCOUNT, ...LOGIN, push_url: p.string(null), push_https_user: p.string(null), push_https_pass: p.string(null), ...OUTCOME },
    run: (args, ctx) => setRemote(args, ctx),
  }),
  submodule: fn({
    doc: "Work with repositories inside the repository.\n\nsalt '*' git.submodule /path/to/repo update opts='--init'",
    params: { cwd, command: p.string(), ...FORM, ...ACCOUNT, ...IDENTITY, ignore_retcode: OUTCOME.ignore_retcode, saltenv, output_encoding: OUTCOME.output_encoding, kwargs: p.keywords() },
    run: (args, ctx) => {
      const { init = false } = knownKeywords(args.kwargs, 'init');
      if (init !== false && init !== null) {
        throw new InvocationError("The 'init' argument is no longer supported. Either set 'command' to 'init', or include '--init' in the 'opts' argument and set 'command' to 'update'.");
      }
      return gitOutput(['submodule', name(args.command, 'command'), ...optionWords(args.opts)], args, ctx);
    },
  }),
};
