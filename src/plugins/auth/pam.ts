/**
 * The accounts of this machine through PAM: authentication and account phase of the service `auth.pam.service` (login).
 * Root never logs in so. Source: read, Salt 3008.3; `auth.pam.confdir`, a folder instead of /etc/pam.d, is ours.
 */
import { defineAuth } from '../../kernel/contract/plugin.js';

const SERVICE = 'login';

export default defineAuth({
  name: 'pam',
  doc: 'The accounts of this machine, through PAM.',
  auth(username, password, ctx) {
    // libpam, run by root, would let root in whatever the password is where a service trusts the caller.
    if (username === 'root') return false;
    const { 'auth.pam.service': service, 'auth.pam.confdir': confdir } = ctx.opts;
    return ctx.port('passwords').check({
      kind: 'pam', username, password, service: typeof service === 'string' && service !== '' ? service : SERVICE, confdir: typeof confdir === 'string' ? confdir : null,
    }, ctx.signal);
  },
  /** Those of the system, the one of the account first. */
  async groups(username, _password, ctx) {
    const account = await ctx.sys.userByName(username);
    if (account === undefined) return [];
    const own = (await ctx.sys.groups()).filter(({ gid, members }) => gid === account.gid || members.includes(username));
    return own.map(({ name }) => name);
  },
});
