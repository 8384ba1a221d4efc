/** Python packages that are installed. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, CommandNotFoundError, TsaltError } from '../../../kernel/contract/errors.js';
import { comparePythonVersions, meetsConditions, parsePythonVersion } from '../../../kernel/std/pep440.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { saltenvOf } from '../outcome/saltenv.js';
import { readRequirement, type Requirement } from './requirement.js';

export interface Wish {
  readonly name: string;
  readonly pkgs: Value;
  /** Arguments of `pip.install` by its names, with `bin_env`, `requirements`, `editable`, `user`, `upgrade`, ... */
  readonly how: PlainMap;
  readonly kwargs: PlainMap;
}

/** Versions by name in small letters. */
type Installed = ReadonlyMap<string, string>;

type Returned = { readonly name: string; readonly result: boolean | null; readonly changes: PlainMap; readonly comment: string };

const accountOf = ({ user = null, cwd = null, env_vars: vars = null }: PlainMap): PlainMap => ({ user, cwd, env_vars: vars });
const binOf = ({ bin_env: bin = null }: PlainMap): Value => bin;

async function listed(how: PlainMap, prefix: string | null, kwargs: PlainMap, ctx: Context): Promise<Installed> {
  const found = await ctx.call('pip.list', [], { ...(prefix === null ? {} : { prefix }), bin_env: binOf(how), ...accountOf(how), ...kwargs });
  return new Map(Object.entries(isPlainMap(found) ? found : {}).map(([name, version]) => [name.toLowerCase(), str(version)]));
}

/** Options that old versions of pip had. */
function outdated(how: PlainMap, version: string): string | undefined {
  const now = parsePythonVersion(version);
  const isBelow = (limit: string): boolean => {
    const other = parsePythonVersion(limit);
    return now !== undefined && other !== undefined && comparePythonVersions(now, other) < 0;
  };
  for (const option of ['use_wheel', 'no_use_wheel']) {
    if (isTruthy(how[option] ?? false) && (isBelow('1.4') || !(isBelow('9.0.3') || version === '9.0.3'))) {
      return `The '${option}' option is only supported in pip between 1.4 and 9.0.3. The version of pip detected was ${version}.`;
    }
  }
  if (!isTruthy(how['no_binary'] ?? null) || !isBelow('7.0.0')) return undefined;
  return `The 'no_binary' option is only supported in pip 7.0.0 and newer. The version of pip detected was ${version}.`;
}

async function readAll(texts: readonly string[], ctx: Context): Promise<Requirement[] | { readonly problem: string }> {
  const read = texts.map(readRequirement);
  const problems = read.flatMap((one) => ('problem' in one ? [one.problem] : []));
  if (problems.length > 0) return { problem: problems.join('\n') };
  return Promise.all(read.flatMap((one) => ('problem' in one ? [] : [one])).map(async (one) =>
    (one.name === '' ? one : { ...one, name: str(await ctx.call('pip.normalize', [one.name])) })));
}

/** What to say of a package that is there as it is asked for; undefined for one that has to be installed. */
async function present({ text, name, conditions }: Requirement, packages: Installed, how: PlainMap, ctx: Context): Promise<string | undefined> {
  const version = packages.get(name.toLowerCase());
  if (name === '' || version === undefined || isTruthy(how['ignore_installed'] ?? false) || isTruthy(how['force_reinstall'] ?? false)) return undefined;
  const there = `Python package ${text} was already installed`;
  if (!isTruthy(how['upgrade'] ?? false)) return meetsConditions(version, conditions) || conditions.length === 0 ? there : undefined;
  const names = (letters: string): boolean => conditions.some(([, wanted]) => wanted.includes(letters));
  const { user = null, cwd = null, index_url: index = null, extra_index_url: extra = null } = how;
  const offered = await ctx.call('pip.list_all_versions', [name], {
    bin_env: binOf(how), include_alpha: names('a'), include_beta: names('b'), include_rc: names('rc'), user, cwd, index_url: index, extra_index_url: extra,
  });
  const versions = isList(offered) ? offered.map(str) : [];
  const desired = conditions.length === 0 ? versions.at(-1) : versions.findLast((one) => meetsConditions(one, conditions));
  if (desired === undefined) return `Python package ${name} was already installed and\nthe available upgrade doesn't fulfills the version requirements`;
  const [now, newest] = [parsePythonVersion(version), parsePythonVersion(desired)];
  return now !== undefined && newest !== undefined && comparePythonVersions(now, newest) === 0 ? there : undefined;
}

const itemText = (item: Value): string => (isPlainMap(item) ? Object.entries(item).map(([name, version]) => `${name} ${str(version)}`)[0] ?? '' : str(item));

export async function installed({ name, pkgs, how, kwargs }: Wish, ctx: Context): Promise<Returned> {
  if (isTruthy(pkgs) && !isList(pkgs)) return { name, result: false, changes: {}, comment: 'pkgs argument must be formatted as a list' };
  const texts = isList(pkgs) && pkgs.length > 0 ? pkgs.map(itemText) : [name];
  const said = (result: boolean | null, comment: string, changes: PlainMap = {}): Returned => ({ name: texts.join(';'), result, changes, comment });
  let version: string;
  try {
    version = str(await ctx.call('pip.version', [binOf(how)]));
  } catch (error) {
    if (!(error instanceof CommandNotFoundError || error instanceof CommandExecutionError)) throw error;
    return said(false, `Error installing '${name}': ${error.message}`);
  }
  const refused = outdated(how, version);
  if (refused !== undefined) return said(false, refused);
  const isOther = isTruthy(how['requirements'] ?? null) || isTruthy(how['editable'] ?? null);
  const wanted = isOther ? [] : await readAll(texts, ctx);
  if ('problem' in wanted) return said(false, wanted.problem);
  const { user = null } = how;
  if (isTruthy(user) && await ctx.has('user.info') && !isTruthy(await ctx.call('user.info', [user]))) return said(false, `User ${str(user)} does not exist`);
  return isOther ? other(said, how, kwargs, ctx) : packages(said, wanted, how, kwargs, ctx);
}

type Say = (result: boolean | null, comment: string, changes?: PlainMap) => Returned;

const install = async (pkgs: string, how: PlainMap, kwargs: PlainMap, ctx: Context): Promise<PlainMap> => {
  const { cache_dir: _cache, ...passed } = how;
  const done = await ctx.call('pip.install', [], { pkgs, ...passed, saltenv: saltenvOf(ctx), disable_version_check: true, ...kwargs });
  return isPlainMap(done) ? done : {};
};

const errorOf = (done: PlainMap): string => ('stdout' in done ? `Error: ${str(done['stdout'])} ${str(done['stderr'] ?? '')}` : `Error: ${str(done['comment'] ?? null)}`);
const linesOf = (done: PlainMap): string[] => str(done['stdout'] ?? '').split('\n');

const UNCHANGED = [
  'Requirement already satisfied', 'Requirement already up-to-date', 'Requirement not upgraded', 'Collecting', 'Cloning', 'Cleaning up...', 'Looking in indexes',
];

/** A file of requirements, or a checkout. */
async function other(say: Say, how: PlainMap, kwargs: PlainMap, ctx: Context): Promise<Returned> {
  const { requirements = null, editable = null } = how;
  const both = (file: string, checkout: string): string[] => [...(isTruthy(requirements) ? [file] : []), ...(isTruthy(editable) ? [checkout] : [])];
  if (ctx.test) {
    return say(null, both(`Requirements file '${str(requirements)}' will be processed.`, `Package will be installed in editable mode (i.e. setuptools "develop mode") from ${str(editable)}.`).join(' '));
  }
  const done = await install('', how, kwargs, ctx);
  if (Object.keys(done).length === 0) return say(false, 'Could not install package');
  if (done['retcode'] !== 0) {
    return say(false, [...both(`Unable to process requirements file "${str(requirements)}"`, `Unable to install from VCS checkout ${str(editable)}.`), errorOf(done)].join(' '));
  }
  const changed = linesOf(done).some((line) => !UNCHANGED.some((start) => line.trim().startsWith(start)));
  const changes: PlainMap = { ...(isTruthy(requirements) && changed ? { requirements: true } : {}), ...(isTruthy(editable) ? { editable: true } : {}) };
  const file = changed ? `Successfully processed requirements file ${str(requirements)}.` : 'Requirements were already installed.';
  return say(true, both(file, `Package successfully installed from VCS checkout ${str(editable)}.`).join(' '), changes);
}

async function packages(say: Say, wanted: readonly Requirement[], how: PlainMap, kwargs: PlainMap, ctx: Context): Promise<Returned> {
  const known = await listed(how, null, {}, ctx).catch((error: unknown) => {
    if (!(error instanceof TsaltError)) throw error;
    ctx.log.warn({ err: error }, 'packages of pip cannot be listed');
    return undefined;
  });
  const targets: Requirement[] = [];
  const there: string[] = [];
  for (const one of wanted) {
    const found = one.name === '' ? undefined : await present(one, known ?? await listed(how, one.name, kwargs, ctx), how, ctx);
    if (found !== undefined) there.push(found);
    else targets.push(one);
    if (found === undefined && ctx.test) {
      return say(null, wanted.length > 1 ? `Python package(s) set to be installed:\n${wanted.map(({ text }) => text).join('\n')}` : `Python package ${one.text} is set to be installed`);
    }
  }
  if (targets.length === 0) return say(true, [...there, `All specified packages are already installed${isTruthy(how['upgrade'] ?? false) ? ' and up-to-date' : ''}`].join('\n'));
  const names = targets.map(({ text }) => text.replaceAll(',', ';'));
  const done = await install(names.join(','), how, kwargs, ctx);
  if (Object.keys(done).length === 0) return say(false, 'Could not install package');
  if (done['retcode'] !== 0) return say(false, [...there, `Failed to install packages: ${names.join(', ')}. ${errorOf(done)}`].join('\n'));
  const { changes, missing } = await changesOf(targets, await satisfied(done, ctx), wanted.at(-1)?.text ?? '', { how, kwargs }, ctx);
  return say(true, [...there, missing.length === 0 ? 'All packages were successfully installed' : missing.join('\n')].join('\n'), changes);
}

/** Names of packages that pip found installed. */
async function satisfied(done: PlainMap, ctx: Context): Promise<Set<string>> {
  const names = new Set<string>();
  for (const line of linesOf(done)) {
    const [, word = ''] = /^Requirement already (?:satisfied|up-to-date): \s*(\S+)/.exec(line) ?? [];
    if (word !== '') names.add(str(await ctx.call('pip.normalize', [word.split(/[=!<>~@]/)[0] ?? ''])));
  }
  return names;
}

async function changesOf(
  targets: readonly Requirement[], before: ReadonlySet<string>, last: string, { how, kwargs }: { how: PlainMap; kwargs: PlainMap }, ctx: Context,
): Promise<{ readonly changes: PlainMap; readonly missing: string[] }> {
  const changes: PlainMap = {};
  const missing: string[] = [];
  for (const { name, text } of targets) {
    if (name === '') {
      changes[`${text.replaceAll(',', ';')}==???`] = 'Installed';
      continue;
    }
    const found = await listed(how, name, kwargs, ctx);
    const version = found.get(name.toLowerCase());
    if (found.size === 0) missing.push(`There was no error installing package '${last}' although it does not show when calling 'pip.freeze'.`);
    else if (version !== undefined && !before.has(name)) changes[`${name}==${version}`] = 'Installed';
  }
  return { changes, missing };
}
