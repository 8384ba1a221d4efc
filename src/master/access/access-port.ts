/** The gate and its tokens as the runner `auth` reaches them. */
import type { AccessPort } from '../../kernel/contract/ports.js';
import { explain, type ExplainParts } from './explain.js';
import type { TokenDesk } from './token-desk.js';
import type { Tokens } from './tokens.js';

export function accessPort({ desk, tokens, ...parts }: ExplainParts & { readonly desk: TokenDesk; readonly tokens: Tokens }): AccessPort {
  return {
    makeToken: (login) => desk.make('door:mk_token', login, 'runner auth'),
    removeToken: (tokenOrId) => tokens.remove(tokenOrId),
    tokens: async () => Object.fromEntries((await tokens.list()).map(({ id, data: { name, eauth, startUnixMs, expireUnixMs } }) =>
      [id, { name, eauth, start: startUnixMs / 1000, expire: expireUnixMs / 1000 }])),
    explain: (question) => Promise.resolve(explain(question, parts)),
  };
}
