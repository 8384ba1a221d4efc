/** Adding, changing and removing users through the programs of shadow. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { equalValues, isList, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { accountName, programPath } from '../lookup/account-files.js';
import { GECOS, gecosOf, groupsOf, userInfo, writeGecos } from './facts.js';

type Done = { readonly retcode: number; readonly stderr: string };
const runAll = async (argv: readonly string[], ctx: Context): Promise<Done> => await ctx.call('cmd.run_all', [argv], { python_shell: false }) as unknown as Done;
const below = (root: string | null): string[] => (root === null ? [] : ['-R', root]);

/** Sets one part of the comment field. */
export async function setGecos(name: string, part: typeof GECOS[number], given: Value, root: string | null, ctx: Context): Promise<boolean> {
  const value = given === null ? '' : str(given);
  const before = await gecosOf(name, root, ctx);
  if (before[part] === value) return true;
  const argv = [await programPath('usermod', ctx), ...below(root), '-c', writeGecos({ ...before, [part]: value }), accountName(name)];
  await ctx.call('cmd.run', [argv], { python_shell: false });
  return (await gecosOf(name, root, ctx))[part] === value;
}

/** Sets an attribute; says whether the user has it afterwards. @throws CommandExecutionError when there is no such user */
export async function setAttribute(name: string, key: string, value: Value, options: readonly string[], root: string | null, ctx: Context): Promise<boolean> {
  const before = await userInfo(name, root, ctx);
  if (before['name'] === undefined) throw new CommandExecutionError(`User '${name}' does not exist`);
  if (equalValues(before[key], value)) return true;
  await ctx.call('cmd.run', [[await programPath('usermod', ctx), ...below(root), ...options, str(value), accountName(name)]], { python_shell: false });
  return equalValues((await userInfo(name, root, ctx))[key], value);
}

const namesOf = (groups: Value): string[] => (isList(groups) ? groups.map(str) : str(groups).split(','));

/** Sets or adds groups. Old programs do not know groups of directories; then each is added by its own. */
export async function setGroups(name: string, groups: Value, append: boolean, root: string | null, ctx: Context): Promise<boolean> {
  const wanted = namesOf(groups);
  if (equalValues([...new Set(wanted)].toSorted(), await groupsOf(name, ctx))) return true;
  const argv = [await programPath('usermod', ctx), ...(append ? ['-a'] : []), '-G', wanted.join(','), accountName(name), ...below(root)];
  const done = await runAll(argv, ctx);
  if (done.retcode === 0 || !done.stderr.includes('not found in')) return done.retcode === 0;
  let all = true;
  for (const group of wanted) {
    if ((await ctx.call('cmd.retcode', [['gpasswd', '-a', name, accountName(group)]], { python_shell: false })) !== 0) all = false;
  }
  return all;
}

/** Group of the same name as primary group where the machine makes one for each user. */
async function ownGroup(name: string, groups: Value, ctx: Context): Promise<string[]> {
  const isNamed = isList(groups) ? groups.includes(name) : typeof groups === 'string' && groups.includes(name);
  if (!isNamed) return [];
  const line = ((await ctx.sys.readText('/etc/login.defs')) ?? '').split('\n').find((one) => one.slice(0, 15).includes('USERGROUPS_ENAB'));
  return line?.includes('yes') === true ? ['-g', str(await ctx.call('file.group_to_gid', [name]))] : [];
}

export type NewUser = PlainMap & { readonly name: string; readonly root: string | null };

async function words(user: NewUser, byLibuser: boolean, ctx: Context): Promise<string[]> {
  const given = (key: string): boolean => (user[key] ?? '') !== '';
  const flag = (wanted: boolean, ...option: string[]): string[] => (wanted ? option : []);
  const { usergroup, groups = null } = user;
  const group = given('gid') ? ['-g', str(user['gid'] ?? '')] : isTruthy(usergroup) ? flag(!byLibuser, '-U') : await ownGroup(user.name, groups, ctx);
  return [
    ...flag(isTruthy(user['shell']), '-s', str(user['shell'] ?? '')), ...flag(given('uid'), '-u', str(user['uid'] ?? '')), ...group,
    ...flag(usergroup === false, byLibuser ? '-n' : '-N'), ...(isTruthy(user['createhome']) ? flag(!byLibuser, '-m') : ['-M']),
    ...flag(isTruthy(user['nologinit']), '-l'), ...flag((user['home'] ?? null) !== null, '-d', str(user['home'] ?? '')),
    ...flag(!isTruthy(user['unique']), '-o'), ...flag(isTruthy(user['system']), '-r'), accountName(user.name), ...below(byLibuser ? null : user.root),
  ];
}

/** True when the user was made, whatever becomes of groups and comment: they can be set again. */
export async function addUser(user: NewUser, ctx: Context): Promise<boolean> {
  const byLibuser = isTruthy(user['local']);
  const program = await programPath(byLibuser ? 'luseradd' : 'useradd', ctx);
  if ((await runAll([program, ...await words(user, byLibuser, ctx)], ctx)).retcode !== 0) return false;
  if (isTruthy(user['groups'])) await setGroups(user.name, user['groups'] ?? null, false, user.root, ctx);
  for (const part of GECOS) if (isTruthy(user[part])) await setGecos(user.name, part, user[part] ?? '', user.root, ctx);
  return true;
}

/** Debian's userdel ends with 12 when there was no mail spool. */
const MAIL_SPOOL_FAILED = 12;

export async function removeUser(name: string, options: { remove: boolean; force: boolean; local: boolean; root: string | null }, ctx: Context): Promise<boolean> {
  const { remove, force, local, root } = options;
  const argv = [
    await programPath(local ? 'luserdel' : 'userdel', ctx), ...(remove ? ['-r'] : []), ...(force && !local ? ['-f'] : []), accountName(name), ...below(local ? null : root),
  ];
  const done = await runAll(argv, ctx);
  if (done.retcode === 0) return true;
  return done.retcode === MAIL_SPOOL_FAILED && ctx.grains['os_family'] === 'Debian' && /var\/(spool\/)?mail/.test(done.stderr);
}
