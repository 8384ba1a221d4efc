/** Packages of Python, by pip. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { compareText } from '../../kernel/std/python-order.js';
import { splitLines } from '../../kernel/std/python-space.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { installWords, nothingToInstall, removeWords, requirementFiles, value, type Options, type Request } from './pip/install.js';
import { ensure, forgetVersion, isOlder, pipVersion, runPip, type PipCall } from './pip/program.js';

const normalized = (name: string): string => name.replace(/[-_.]+/g, '-').toLowerCase();

const missingFile = (file: string): PlainMap => ({ result: false, comment: `pip requirements file '${file}' not found` });

async function install(request: Request, options: Options, ctx: Context): Promise<Value> {
  await using files = await requirementFiles(request, ctx);
  if (files.missing !== undefined) return missingFile(files.missing);
  const words = await installWords(request, options, ctx);
  if (words === undefined) return nothingToInstall;
  try {
    return await runPip(['install', ...files.words, ...words], request, ctx, { saltenv: request.saltenv }) as unknown as PlainMap;
  } finally {
    forgetVersion(request, ctx);
  }
}

async function uninstall(request: Request, ctx: Context): Promise<Value> {
  await using files = await requirementFiles(request, ctx);
  if (files.missing !== undefined) return missingFile(files.missing);
  try {
    return await runPip(['uninstall', '-y', ...files.words, ...await removeWords(request, files.paths, ctx)], request, ctx, { saltenv: request.saltenv }) as unknown as PlainMap;
  } finally {
    forgetVersion(request, ctx);
  }
}

async function freeze(call: PipCall, ctx: Context): Promise<string[]> {
  const all = await isOlder(call, '8.0.3', ctx) ? [] : ['--all'];
  return splitLines(ensure(await runPip(['freeze', ...all, '--disable-pip-version-check'], call, ctx)).stdout);
}

/** Name and version in a line of `pip freeze`. */
export function readFrozen(line: string): readonly [string, string] | undefined {
  if (line.startsWith('-f') || line.startsWith('#') || line.startsWith('-e hg+not trust')) return undefined;
  const plain = line.startsWith('-e') ? line.split('-e ')[1] ?? '' : line;
  if (line.startsWith('-e') && plain.includes('#egg=')) {
    const [version = '', name = ''] = plain.split('#egg=');
    return [name, version];
  }
  const [name = '', version] = plain.includes('===') ? plain.split('===') : plain.split('==');
  return version === undefined ? undefined : [name, version];
}

async function listFrozen(call: PipCall & { prefix: string | null }, ctx: Context): Promise<PlainMap> {
  const start = normalized(call.prefix ?? '');
  const found: PlainMap = 'pip'.startsWith(start) ? { pip: await pipVersion(call, ctx) } : {};
  for (const line of await freeze(call, ctx)) {
    const pair = readFrozen(line);
    if (pair !== undefined && normalized(pair[0]).startsWith(start)) found[normalized(pair[0])] = pair[1];
  }
  return found;
}

function readJson(text: string): Readonly<Record<string, string>>[] {
  try {
    return JSON.parse(text) as Record<string, string>[];
  } catch (err) {
    throw new CommandExecutionError('Invalid JSON', { cause: err });
  }
}

async function list(call: PipCall & { prefix: string | null }, ctx: Context): Promise<PlainMap> {
  if (await isOlder(call, '9.0', ctx)) return listFrozen(call, ctx);
  const done = ensure(await runPip(['list', '--format=json', '--disable-pip-version-check'], call, ctx));
  const pairs = readJson(done.stdout).map(({ name = '', version = '' }) => [normalized(name), version] as const);
  return Object.fromEntries(pairs.filter(([name]) => name.startsWith(normalized(call.prefix ?? ''))));
}

async function listUpgrades(call: PipCall, ctx: Context): Promise<PlainMap> {
  const isJson = !await isOlder(call, '9.0', ctx);
  const done = ensure(await runPip(['list', '--outdated', '--disable-pip-version-check', ...(isJson ? ['--format=json'] : [])], call, ctx));
  if (isJson) return Object.fromEntries(readJson(done.stdout).map((one) => [one['name'] ?? '', `${one['latest_version'] ?? ''} [${one['latest_filetype'] ?? ''}]`]));
  return Object.fromEntries([...done.stdout.matchAll(/^(\S*)\s+\(.*?Latest:\s+(.*?)\)?$/gm)].map(([, name = '', version = '']) => [name, version]));
}

async function upgradeAll(call: PipCall, ctx: Context): Promise<PlainMap> {
  const before = await list({ ...call, prefix: null }, ctx);
  let comment = '';
  let result = true;
  for (const name of Object.keys(await listUpgrades(call, ctx))) {
    const done = await runPip(['install', '-U', '--disable-pip-version-check', value(name, 'pkg')], call, ctx);
    if (done.retcode !== 0) result = false;
    comment += done.stderr;
  }
  forgetVersion(call, ctx);
  const after = await list({ ...call, prefix: null }, ctx);
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => before[name] !== after[name]);
  return { changes: Object.fromEntries(changed.map((name) => [name, { old: before[name] ?? '', new: after[name] ?? '' }])), result, comment };
}

/** Order of versions: numbers as numbers, and what comes before a release before it. Source: read, PEP 440. */
function compareVersions(a: string, b: string): number {
  const parts = (text: string): string[] => [...text.toLowerCase().match(/\d+|[a-z]+/g) ?? [], '~'];
  const [left, right] = [parts(a), parts(b)];
  for (const [at, one] of left.entries()) {
    const other = right[at] ?? '~';
    if (one === other) continue;
    const [isNumber, otherIsNumber] = [/^\d/.test(one), /^\d/.test(other)];
    if (isNumber && otherIsNumber && Number(one) !== Number(other)) return Number(one) - Number(other);
    if (isNumber !== otherIsNumber) return rank(one) - rank(other);
    if (!isNumber) return rank(one) - rank(other) || compareText(one, other);
  }
  return 0;
}

/** dev, a, b, rc come before the end of a release, post and further numbers behind it. */
function rank(part: string): number {
  const at = ['dev', 'a', 'b', 'rc', '~', 'post'].indexOf(part);
  return at < 0 ? 9 : at;
}

interface VersionsAsked extends PipCall {
  readonly pkg: string;
  readonly include_alpha: boolean;
  readonly include_beta: boolean;
  readonly include_rc: boolean;
  readonly index_url: string | null;
  readonly extra_index_url: string | null;
}

async function allVersions(asked: VersionsAsked, ctx: Context): Promise<string[] | null> {
  const isNew = !await isOlder(asked, '21.2', ctx);
  const name = value(asked.pkg, 'pkg');
  const words = isNew ? ['index', 'versions', name] : [...(await isOlder(asked, '20.3', ctx) ? [] : ['--use-deprecated=legacy-resolver']), 'install', `${name}==versions`];
  for (const [option, url] of [['--index-url', asked.index_url], ['--extra-index-url', asked.extra_index_url]] as const) {
    if (url === null || url === '') continue;
    if (!/^(?:https?|ftp|file):\/\//.test(url)) throw new CommandExecutionError(`'${url}' is not a valid URL`);
    words.push(option, url);
  }
  const done = await runPip(['--disable-pip-version-check', ...words], asked, ctx, { output_loglevel: 'quiet', redirect_stderr: true });
  const listed = (isNew ? /Available versions: (.*)/ : /Could not find a version.* \(from versions: (.*)\)/).exec(done.stdout)?.[1] ?? '';
  const unwanted = [asked.include_alpha ? '' : 'a', asked.include_beta ? '' : 'b', asked.include_rc ? '' : 'rc'].filter((letters) => letters !== '');
  const versions = listed.split(', ').filter((version) => version !== '' && !unwanted.some((letters) => version.includes(letters)));
  return versions.length === 0 ? null : versions.sort(compareVersions);
}

const bin_env = p.string(null, 'virtual environment, or path of a pip');
const user = p.string(null);
const cwd = p.string(null);
const env_vars = p.any(null);
const prefix = p.string(null);
const saltenv = p.string('base');
const use_vt = p.bool(false);
const text = p.string(null);
const any = p.any(null);
const off = p.bool(false);
const LISTING = { prefix, bin_env, user, cwd, env_vars, kwargs: p.keywords() };

export default defineModule({
  name: 'pip',
  doc: 'Packages of Python, by pip: installed for the system or in virtual environments.',
  functions: {
    normalize: fn({ doc: "Give a name of a package as the index spells it.\n\nsalt '*' pip.normalize Foo_Bar", params: { name: p.string() }, run: ({ name }) => normalized(name) }),
    install: fn({
      doc: "Install packages.\n\nsalt '*' pip.install markdown,django bin_env=/path/to/virtualenv",
      params: {
        pkgs: any, requirements: any, bin_env, use_wheel: off, no_use_wheel: off, log: text, proxy: any, timeout: any, editable: any, find_links: any, index_url: any, extra_index_url: any, no_index: off,
        mirrors: any, build: any, target: any, download: any, download_cache: any, source: any, upgrade: off, force_reinstall: off, ignore_installed: off, exists_action: any, no_deps: off, no_install: off,
        no_download: off, global_options: any, install_options: any, user, cwd, pre_releases: off, cert: any, allow_all_external: off, allow_external: any, allow_unverified: any, process_dependency_links: off,
        saltenv, env_vars, use_vt, trusted_host: any, no_cache_dir: off, extra_args: any, cache_dir: any, no_binary: any, disable_version_check: off, kwargs: p.keywords(),
      },
      run: ({ pkgs, requirements, log, proxy, timeout, user: runas, cwd: folder, saltenv: environment, env_vars: env, use_vt: vt, extra_args: extra, bin_env: bin, kwargs, ...options }, ctx) =>
        install({ pkgs, requirements, log, proxy, timeout, user: runas, cwd: folder, saltenv: environment, env_vars: env, use_vt: vt, extra_args: extra, bin_env: bin, kwargs }, options, ctx),
    }),
    uninstall: fn({
      doc: "Remove packages.\n\nsalt '*' pip.uninstall markdown,django bin_env=/path/to/virtualenv",
      params: { pkgs: any, requirements: any, bin_env, log: text, proxy: any, timeout: any, user, cwd, saltenv, use_vt, extra_args: any }, run: (args, ctx) => uninstall(args, ctx),
    }),
    freeze: fn({ doc: "List the packages with their versions, as pip writes them.\n\nsalt '*' pip.freeze bin_env=/home/code/path/to/virtualenv", params: { bin_env, user, cwd, use_vt, env_vars, kwargs: p.keywords() }, run: (args, ctx) => freeze(args, ctx) }),
    list_freeze_parse: fn({ doc: "Give the packages with their versions, read from `pip freeze`.\n\nsalt '*' pip.list_freeze_parse salt", params: LISTING, run: (args, ctx) => listFrozen(args, ctx) }),
    list: fn({ doc: "Give the packages with their versions.\n\nsalt '*' pip.list salt", params: LISTING, run: (args, ctx) => list(args, ctx) }),
    version: fn({ doc: "Give the version of pip.\n\nsalt '*' pip.version", params: { bin_env, cwd, user }, run: (args, ctx) => pipVersion(args, ctx) }),
    list_upgrades: fn({ doc: "Give the packages of which there is a newer version.\n\nsalt '*' pip.list_upgrades", params: { bin_env, user, cwd }, run: (args, ctx) => listUpgrades(args, ctx) }),
    is_installed: fn({
      doc: "Say whether a package is installed.\n\nsalt '*' pip.is_installed salt", params: { pkgname: p.string(), bin_env, user, cwd },
      run: async ({ pkgname, ...call }, ctx) => Object.keys(await list({ ...call, prefix: pkgname }, ctx)).some((name) => name.toLowerCase() === pkgname.toLowerCase()),
    }),
    upgrade_available: fn({
      doc: "Say whether there is a newer version of a package.\n\nsalt '*' pip.upgrade_available salt", params: { pkg: p.string(), bin_env, user, cwd },
      run: async ({ pkg, ...call }, ctx) => Object.hasOwn(await listUpgrades(call, ctx), pkg),
    }),
    upgrade: fn({ doc: "Upgrade all packages and tell what changed.\n\nsalt '*' pip.upgrade", params: { bin_env, user, cwd, use_vt }, run: (args, ctx) => upgradeAll(args, ctx) }),
    list_all_versions: fn({
      doc: "List the versions that the index has of a package.\n\nsalt '*' pip.list_all_versions salt",
      params: { pkg: p.string(), bin_env, include_alpha: off, include_beta: off, include_rc: off, user, cwd, index_url: text, extra_index_url: text }, run: (args, ctx) => allVersions(args, ctx),
    }),
  },
});
