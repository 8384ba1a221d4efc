/**
 * A directory: binds as the user, whose name is made by `auth.ldap.binddn` or looked up with `auth.ldap.filter`; groups by
 * `auth.ldap.groupou`, `groupclass`, `accountattributename`, in Active Directory by the members of groups.
 *
 * Source: read, Salt 3008.3. Not here: `auth_by_group_membership_only`, and LDAP groups of minions in rights.
 */
import { isTruthy } from '../../kernel/std/value.js';
import type { Context } from '../../kernel/contract/context.js';
import { defineAuth } from '../../kernel/contract/plugin.js';
import { LdapClient, type LdapEntry, type LdapServer } from '../../kernel/sys/ldap/client.js';
import { escapeFilter, escapeName } from '../../kernel/sys/ldap/escape.js';

const DEFAULTS: Readonly<Record<string, string>> = {
  server: 'localhost', port: '389', scope: '2', groupou: 'Groups', accountattributename: 'memberUid', groupattribute: 'memberOf', persontype: 'person', groupclass: 'posixGroup',
};
const LDAPS_PORT = 636;
const LDAP_PORT = 389;

function option(ctx: Context, name: string): string {
  const value = ctx.opts[`auth.ldap.${name}`];
  return value === undefined || value === null ? DEFAULTS[name] ?? '' : String(value);
}
const isOn = (ctx: Context, name: string): boolean => isTruthy(ctx.opts[`auth.ldap.${name}`]);
const filled = (template: string, username: string): string => template.replaceAll(/\{\{\s*username\s*\}\}/g, () => username);

function serverOf(ctx: Context): LdapServer {
  const uri = option(ctx, 'uri');
  const noVerify = isOn(ctx, 'no_verify');
  const tls = isOn(ctx, 'tls') ? 'at once' : isOn(ctx, 'starttls') ? 'start' : 'none';
  if (uri === '') return { host: option(ctx, 'server'), port: Number(option(ctx, 'port')), tls, noVerify };
  const { protocol, hostname, port } = new URL(uri);
  const isSecure = protocol === 'ldaps:';
  return { host: hostname, port: Number(port) || (isSecure ? LDAPS_PORT : LDAP_PORT), tls: isSecure ? 'at once' : tls, noVerify };
}

/** A conversation in which names can be looked up; undefined when the account for that is refused. */
async function searching(ctx: Context): Promise<LdapClient | undefined> {
  const client = await LdapClient.open(serverOf(ctx), ctx.signal);
  const account = option(ctx, 'binddn');
  const password = option(ctx, 'bindpw');
  if (await (account !== '' && password !== '' ? client.bind(account, password) : client.bindAnonymous())) return client;
  client[Symbol.dispose]();
  ctx.log.error({ binddn: account }, 'auth.ldap: the account that looks up names is refused');
  return undefined;
}

/** The distinguished name of a user; undefined when there is none, or more than one. */
async function nameOf(username: string, ctx: Context): Promise<string | undefined> {
  const template = option(ctx, 'binddn');
  if (template !== '' && option(ctx, 'bindpw') === '') return filled(template, escapeName(username));
  const filter = option(ctx, 'filter');
  if (filter === '') return undefined;
  using client = await searching(ctx);
  const found = await client?.search({ base: option(ctx, 'basedn'), scope: Number(option(ctx, 'scope')), filter: filled(filter, escapeFilter(username)), attributes: ['1.1'] }) ?? [];
  if (found.length > 1) ctx.log.error({ user: username }, 'auth.ldap.filter: more than one entry');
  return found.length === 1 ? found[0]?.name : undefined;
}

async function groupsOf(username: string, name: string, client: LdapClient, ctx: Context): Promise<string[]> {
  const base = option(ctx, 'basedn');
  const account = option(ctx, 'accountattributename');
  const byClass = `(objectClass=${escapeFilter(option(ctx, 'groupclass'))})`;
  if (isOn(ctx, 'activedirectory')) {
    return commonNames(await client.search({ base, scope: 2, filter: `(&(member=${escapeFilter(name)})${byClass})`, attributes: ['cn'] }));
  }
  if (isOn(ctx, 'freeipa')) {
    const filter = filled(option(ctx, 'group_filter'), escapeFilter(username));
    return commonNames(await client.search({ base: option(ctx, 'group_basedn'), scope: 2, filter, attributes: ['cn'] }));
  }
  const unit = option(ctx, 'groupou');
  const found = await client.search({ base: unit === '' ? base : `ou=${unit},${base}`, scope: 2, filter: `(&(${account}=${escapeFilter(username)})${byClass})`, attributes: ['cn'] });
  return commonNames(found);
}

const commonNames = (entries: readonly LdapEntry[]): string[] => entries.flatMap(({ attributes }) => attributes.get('cn')?.slice(0, 1) ?? []);

export default defineAuth({
  name: 'ldap',
  doc: 'A directory that is asked by LDAP.',
  async auth(username, password, ctx) {
    const name = await nameOf(username, ctx);
    if (name === undefined) return false;
    using client = await LdapClient.open(serverOf(ctx), ctx.signal);
    return await client.bind(name, password);
  },
  async groups(username, password, ctx) {
    const name = await nameOf(username, ctx);
    if (name === undefined) return [];
    const hasAccount = option(ctx, 'binddn') !== '' && option(ctx, 'bindpw') !== '';
    using client = hasAccount ? await searching(ctx) : await LdapClient.open(serverOf(ctx), ctx.signal);
    if (client === undefined || (!hasAccount && !await client.bind(name, password))) return [];
    return await groupsOf(username, name, client, ctx);
  },
});
