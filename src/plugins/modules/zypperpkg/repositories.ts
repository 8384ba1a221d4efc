/** Repositories: files below `/etc/zypp/repos.d`, changed by zypper itself. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { plainArgument } from '../pkg/names.js';
import { readIni } from '../rpm/ini-file.js';
import { refreshWith } from './refresh.js';
import { below } from './solvables.js';
import { elementsOf } from '../../../kernel/std/xml.js';
import { askZypper } from './zypper.js';

const FOLDER = '/etc/zypp/repos.d';

/** `{ alias: options }`; 0 and 1 are False and True, `NONE` is None. */
export async function listRepositories(root: Value, ctx: Context): Promise<Record<string, PlainMap>> {
  const folder = below(root, FOLDER);
  if (!(await ctx.sys.exists(folder))) {
    ctx.log.warn({ folder }, 'Repositories not found');
    return {};
  }
  const found: Record<string, PlainMap> = {};
  for (const name of (await ctx.sys.fs.readdir(folder)).filter((item) => item.endsWith('.repo'))) {
    const path = `${folder}/${name}`;
    const { sections } = readIni((await ctx.sys.readText(path)) ?? '', path, true);
    for (const [alias, { comments: _comments, ...options }] of Object.entries(sections)) {
      found[alias] = { ...Object.fromEntries(Object.entries(options).map(([key, value]) => [key, plainValue(value)])), alias };
    }
  }
  return found;
}

const plainValue = (value: Value): Value => (value === '0' || value === '1' ? value === '1' : value === 'NONE' ? null : value);

/** Removes a repository. @throws CommandExecutionError when there is none */
export async function deleteRepository(repo: string, root: Value, ctx: Context): Promise<PlainMap> {
  if (Object.hasOwn(await listRepositories(root, ctx), repo)) {
    const answer = await askZypper(['rr', '--loose-auth', '--loose-query', plainArgument(repo, 'Repository')], ctx, { root });
    const [message] = elementsOf(answer, 'message');
    if (message !== undefined && elementsOf(answer, 'progress').length > 0) return { [repo]: true, message: message.text };
  }
  throw new CommandExecutionError(`Repository '${repo}' not found.`);
}

/** Creates or changes a repository; gives its options. @throws CommandExecutionError */
export async function modifyRepository(repo: string, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const { root = null, ...options } = kwargs;
  const known = (await listRepositories(root, ctx))[repo];
  if (known === undefined) await addRepository(repo, options, root, ctx);
  else if (options['baseurl'] !== undefined && options['baseurl'] !== known['baseurl']) {
    await deleteRepository(repo, root, ctx);
    return modifyRepository(repo, { root, ...known, cache: false, ...options }, ctx);
  }
  const changes = modifyOptions(options);
  if (changes.length > 0) await askZypper(['mr', ...changes, plainArgument(repo, 'Repository')], ctx, { root, refreshes: true });
  const refreshes = options['gpgautoimport'] === true;
  if (refreshes) await refreshWith(root, { ...options, repos: repo }, ctx);
  const now = (await listRepositories(root, ctx))[repo] ?? {};
  const isSame = !refreshes && known !== undefined && changes.length === 0;
  return isSame ? { ...now, comment: 'Specified arguments did not result in modification of repo' } : now;
}

/** Address without path and with `/` are one. */
const address = (url: string): string => url.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/?#]+)(?=[?#]|$)/i, '$1/');

async function addRepository(repo: string, options: PlainMap, root: Value, ctx: Context): Promise<void> {
  const url = [options['url'], options['mirrorlist'], options['baseurl']].find((one) => one !== undefined);
  if (!isTruthy(url)) throw new CommandExecutionError(`Repository '${repo}' not found, and neither 'baseurl' nor 'mirrorlist' was specified`);
  const wanted = str(url ?? '');
  if (!/^[a-z][a-z0-9+.-]*:/i.test(wanted)) throw new CommandExecutionError(`Repository '${repo}' not found and URL for baseurl/mirrorlist is malformed`);
  for (const [alias, { baseurl = '' }] of Object.entries(await listRepositories(root, ctx))) {
    if (address(str(baseurl)) === address(wanted)) throw new CommandExecutionError(`Repository '${repo}' already exists as '${alias}'.`);
  }
  await askZypper(['ar', wanted, plainArgument(repo, 'Repository')], ctx, { root });
  if (!Object.hasOwn(await listRepositories(root, ctx), repo)) {
    throw new CommandExecutionError(`Failed add new repository '${repo}' for unspecified reason. Please check zypper logs.`);
  }
}

/** Arguments and the two options each of them chooses from. */
const SWITCHES: readonly (readonly [string, string, string])[] = [
  ['enabled', '--enable', '--disable'], ['refresh', '--refresh', '--no-refresh'],
  ['cache', '--keep-packages', '--no-keep-packages'], ['gpgcheck', '--gpgcheck', '--no-gpgcheck'],
];

function modifyOptions(options: PlainMap): string[] {
  const given = (name: string): boolean => options[name] !== undefined;
  return [
    ...SWITCHES.filter(([name]) => given(name)).map(([name, on, off]) => (isTruthy(options[name]) ? on : off)),
    ...(given('priority') ? [`--priority=${str(options['priority'] ?? null)}`] : []),
    // The quotes become part of the name in real Salt, too (observed).
    ...(given('humanname') ? [`--name='${str(options['humanname'] ?? null)}'`] : []),
    ...(given('name') ? ['--name', str(options['name'] ?? null)] : []),
  ];
}
