/** Tokens of `external_auth`, and why a request is allowed or refused. Source: read, Salt 3008.3; `explain` and the listing are ours. */
import { InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';

export default defineRunner({
  name: 'auth',
  doc: 'Tokens of external authentication, and why a request is allowed or refused.',
  functions: {
    mk_token: fn({
      doc: 'Make a token of a login. `token_expire` counts where `token_expire_user_override` lets the user choose.\n\nsalt-run auth.mk_token username=ann password=secret eauth=file',
      params: { load: p.keywords() },
      run: async ({ load }, ctx) => await ctx.port('access').makeToken(load) ?? '',
    }),
    del_token: fn({
      doc: 'Revoke a token, named by itself or by its id in `auth.list_tokens`. False when there is none.\n\nsalt-run auth.del_token 6556760736e4077daa601baec2b67c24',
      params: { token: p.string() },
      run: ({ token }, ctx) => ctx.port('access').removeToken(token),
    }),
    list_tokens: fn({
      doc: 'List the valid tokens by id: name, plugin, start, end. An id is no token.\n\nsalt-run auth.list_tokens',
      run: (_, ctx) => ctx.port('access').tokens(),
    }),
    revoke: fn({
      doc: 'Revoke all tokens of a user, of one plugin or of every one; gives how many.\n\nsalt-run auth.revoke ann eauth=ldap',
      params: { username: p.string(), eauth: p.string(null) },
      async run({ username, eauth }, ctx) {
        const access = ctx.port('access');
        let count = 0;
        for (const [id, data] of Object.entries(await access.tokens())) {
          const { name = null, eauth: plugin = null } = data as { name?: string; eauth?: string };
          if (name === username && (eauth === null || plugin === eauth) && await access.removeToken(id)) count += 1;
        }
        return count;
      },
    }),
    explain: fn({
      doc: "Say which rule allows or refuses a request: a function of minions (client local) or of the master (runner, wheel).\n\nsalt-run auth.explain ann local cmd.run 'web*' arg='[id]'",
      params: {
        user: p.string(), client: p.string(), fun: p.any(), tgt: p.any('*'), tgt_type: p.string('glob'), arg: p.list([]), kwarg: p.map({}), groups: p.strings([]),
      },
      run({ user, client, fun, tgt, tgt_type: tgtType, arg, kwarg, groups }, ctx) {
        if (client !== 'local' && client !== 'runner' && client !== 'wheel') throw new InvocationError(`client must be local, runner or wheel, not '${client}'`);
        return ctx.port('access').explain({ user, client, fun: Array.isArray(fun) ? fun.map(String) : String(fun), arg, kwarg, tgt, tgtType, groups });
      },
    }),
  },
});
