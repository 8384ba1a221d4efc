/**
 * Asks a web service: `^url` gets name and password by POST; status 200 lets in, and its answer, a list in the form of
 * `external_auth`, is added to the rights of the configuration. Source: read, Salt 3008.3.
 */
import type { Context } from '../../kernel/contract/context.js';
import { authConfig, authOption, defineAuth } from '../../kernel/contract/plugin.js';
import { httpQuery } from '../../kernel/sys/http/query.js';
import { isList, mapGet, type Value } from '../../kernel/std/value.js';

/** The rights that the service gives; undefined when it refuses. */
async function ask(username: string, password: string, ctx: Context): Promise<readonly Value[] | undefined> {
  const url = authOption(ctx.opts, 'rest', 'url');
  if (typeof url !== 'string') return undefined;
  const answer = await httpQuery(url, {
    method: 'POST', data: { username, password }, header_dict: { 'Content-Type': 'application/x-www-form-urlencoded' }, status: true, decode: true,
  }, ctx);
  if (answer['status'] !== 200) return undefined;
  return isList(answer['dict']) ? answer['dict'] : [];
}

export default defineAuth({
  name: 'rest',
  doc: 'Asks the web service ^url.',
  auth: async (username, password, ctx) => await ask(username, password, ctx) !== undefined,
  async acl(username, password, ctx) {
    const own = mapGet(authConfig(ctx.opts, 'rest'), username) ?? [];
    const all = [...(isList(own) ? own : []), ...await ask(username, password, ctx) ?? []];
    return all.length === 0 ? null : all;
  },
});
