/** `ppa:owner/name`, as Ubuntu and its relatives write sources of packages. */
import type { Context } from '../../contract/context.js';
import { str } from '../../std/python-text.js';

/** Systems that know `ppa:owner/name`. */
const PPA_SYSTEMS = ['Ubuntu', 'Mint', 'neon'];

/** True for `ppa:` on a system that has them. */
export function isPpa(repo: string, ctx: Context): boolean {
  return repo.startsWith('ppa:') && PPA_SYSTEMS.includes(str(ctx.grains['os'] ?? ''));
}

/** The line of a `ppa:owner/name`. */
export function ppaLine(repo: string, auth: string | undefined, ctx: Context): string {
  const [owner = '', name = ''] = repo.slice('ppa:'.length).split('/');
  const dist = str(ctx.grains['oscodename'] ?? '');
  return auth === undefined
    ? `deb http://ppa.launchpad.net/${owner}/${name}/ubuntu ${dist} main`
    : `deb https://${auth}@private-ppa.launchpad.net/${owner}/${name}/${dist}/ubuntu main`;
}
