/**
 * Secrets and policies of HashiCorp Vault and OpenBao. Source: the documentation of Salt 3006 and 3007; 3008 has it as an extension.
 * Differs: no token comes from the master, the login stands in the own configuration; nothing is kept on a disk.
 */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { repr } from '../../kernel/std/python-text.js';
import { isList, isMap, isPlainMap, mapEntries, mapFrom, mapGet, mapHas, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { Vault } from '../../kernel/sys/vault/client.js';
import { isVaultError, NOT_FOUND, VaultError } from '../../kernel/sys/vault/error.js';
import { VaultKv } from '../../kernel/sys/vault/kv.js';
import { vaultPlace } from '../../kernel/sys/vault/place.js';

/** Salt's mark of an argument that was not given. */
const UNSET = '__unset__';

const open = (ctx: Context): Vault => new Vault(vaultPlace(ctx.opts), ctx.signal);
const kv = (ctx: Context): VaultKv => new VaultKv(open(ctx));

/** The default when there is one; else the error, in Salt's form. */
async function readOr(fallback: Value, what: string, read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    if (fallback === UNSET) throw new CommandExecutionError(`Failed to ${what}! ${error.told}`, { cause: error });
    return fallback;
  }
}

/** What cannot be done is logged, and False, as in Salt. */
async function doOrFalse(what: string, ctx: Context, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    ctx.log.error({ kind: error.kind, reason: error.message }, `Failed to ${what}!`);
    return false;
  }
}

async function askOrFail(ctx: Context, ...question: Parameters<Vault['ask']>): Promise<Value> {
  try {
    return await open(ctx).ask(...question);
  } catch (error) {
    throw isVaultError(error) ? new CommandExecutionError(error.told, { cause: error }) : error;
  }
}

/** One that is not there gives the fallback. */
async function askPolicy(method: string, policy: string, missing: Value, ctx: Context): Promise<Value> {
  try {
    return await askOrFail(ctx, method, `sys/policy/${policy}`);
  } catch (error) {
    if (error instanceof CommandExecutionError && isVaultError(error.cause, NOT_FOUND)) return missing;
    throw error;
  }
}

async function read({ path, key, metadata }: { readonly path: string; readonly key: string | null; readonly metadata: boolean }, ctx: Context): Promise<Value> {
  const found = await kv(ctx).read(path, metadata && key === null);
  if (key === null) return found;
  if (!mapHas(found, key)) throw new VaultError('KeyError', repr(key));
  return mapGet(found, key) ?? null;
}

function rawOf(raw: Value): ValueMap {
  if (isMap(raw)) return raw;
  throw new InvocationError('What is written to Vault has to be a mapping');
}

/** Without what the command line adds. */
const fieldsOf = (kwargs: PlainMap): ValueMap => mapFrom(mapEntries(kwargs).filter(([name]) => !String(name).startsWith('__')));

/** The parts of an answer stand in `data`, older answers have them beside it. */
function partOf(answer: Value, name: string): Value {
  if (!isPlainMap(answer)) return null;
  const data = answer['data'] ?? null;
  return answer[name] ?? (isPlainMap(data) ? data[name] ?? null : null);
}

async function clear(ctx: Context): Promise<boolean> {
  try {
    await open(ctx).logOut();
  } catch (error) {
    if (!isVaultError(error)) throw error;
    ctx.log.warn({ kind: error.kind, reason: error.message }, 'a token of Vault is forgotten here, but not revoked');
  }
  return true;
}

function serverConfig(ctx: Context): PlainMap {
  const { url, namespace, verify, ca, caFile } = vaultPlace(ctx.opts);
  return { url, namespace: namespace ?? null, verify: verify ? ca ?? caFile ?? null : false };
}

const path = p.string();
const policy = p.string();

export default defineModule({
  name: 'vault',
  doc: 'Secrets and policies of HashiCorp Vault and OpenBao.',
  card: {
    title: 'Vault', version: '1.0',
    configuration: {
      'vault:server:url': 'where Vault is', 'vault:server:verify': 'False, or certificates to trust: a path or PEM', 'vault:server:namespace': 'the namespace',
      'vault:auth:method': 'token or approle', 'vault:auth:token': 'to log in with', 'vault:auth:role_id': 'to log in with', 'vault:auth:secret_id': 'to log in with', 'vault:auth:approle_mount': 'where AppRole is mounted',
    },
  },
  functions: {
    read_secret: fn({
      doc: "Give a secret, or one of its fields.\n\nsalt '*' vault.read_secret secret/my/secret password",
      params: { path, key: p.string(null), metadata: p.bool(false, 'of KV version 2: data and metadata'), default: p.any(UNSET, 'when there is no such secret or field') },
      run: (args, ctx) => readOr(args.default, 'read secret', () => read(args, ctx)),
    }),
    write_secret: fn({
      doc: "Write a secret of the fields given by name.\n\nsalt '*' vault.write_secret secret/my/secret user=foo password=bar", params: { path, kwargs: p.keywords() },
      run: (args, ctx) => doOrFalse('write secret', ctx, () => kv(ctx).write(args.path, fieldsOf(args.kwargs))),
    }),
    write_raw: fn({
      doc: "Write a mapping as a secret.\n\nsalt '*' vault.write_raw secret/my/secret '{\"user\": \"foo\"}'", params: { path, raw: p.any() },
      run: (args, ctx) => doOrFalse('write secret', ctx, () => kv(ctx).write(args.path, rawOf(args.raw))),
    }),
    patch_secret: fn({
      doc: "Change some fields of a secret; None removes one.\n\nsalt '*' vault.patch_secret secret/my/secret password=baz", params: { path, kwargs: p.keywords() },
      run: (args, ctx) => doOrFalse('patch secret', ctx, () => kv(ctx).patch(args.path, fieldsOf(args.kwargs))),
    }),
    delete_secret: fn({
      doc: "Delete a secret, or versions of it (KV version 2, where they can come back).\n\nsalt '*' vault.delete_secret secret/my/secret 1 2", params: { path, args: p.rest() },
      run: (args, ctx) => doOrFalse('delete secret', ctx, () => kv(ctx).remove(args.path, args.args)),
    }),
    destroy_secret: fn({
      doc: "Destroy versions of a secret for good (KV version 2).\n\nsalt '*' vault.destroy_secret secret/my/secret 1 2", params: { path, args: p.rest() },
      run(args, ctx) {
        if (args.args.length === 0) throw new InvocationError('Need at least one version to destroy.');
        return doOrFalse('destroy secret', ctx, () => kv(ctx).destroy(args.path, args.args));
      },
    }),
    list_secrets: fn({
      doc: "List the names below a path.\n\nsalt '*' vault.list_secrets secret/my/", params: { path, default: p.any(UNSET, 'when there is no such path'), keys_only: p.bool(false, 'the list alone, not below `keys`') },
      run: (args, ctx) => readOr(args.default, 'list secrets', async () => {
        const keys = await kv(ctx).list(args.path);
        return args.keys_only ? keys : { keys };
      }),
    }),
    clear_cache: fn({
      doc: "Forget the token of the login, and revoke it.\n\nsalt '*' vault.clear_cache", params: { connection: p.bool(true), session: p.bool(false) },
      run: (_args, ctx) => clear(ctx),
    }),
    clear_token_cache: fn({ doc: "As clear_cache.\n\nsalt '*' vault.clear_token_cache", params: {}, run: (_args, ctx) => clear(ctx) }),
    policy_fetch: fn({
      doc: "Give the rules of a policy, None when there is none.\n\nsalt '*' vault.policy_fetch salt_minion", params: { policy },
      run: async (args, ctx) => partOf(await askPolicy('GET', args.policy, null, ctx), 'rules'),
    }),
    policy_write: fn({
      doc: "Write a policy.\n\nsalt '*' vault.policy_write salt_minion 'path \"secret/foo\" {...}'", params: { policy, rules: p.string() },
      run: (args, ctx) => askOrFail(ctx, 'POST', `sys/policy/${args.policy}`, { payload: { policy: args.rules } }),
    }),
    policy_delete: fn({ doc: "Delete a policy.\n\nsalt '*' vault.policy_delete salt_minion", params: { policy }, run: (args, ctx) => askPolicy('DELETE', args.policy, false, ctx) }),
    policies_list: fn({
      doc: "List all policies.\n\nsalt '*' vault.policies_list", params: {},
      async run(_args, ctx) {
        const found = partOf(await askOrFail(ctx, 'GET', 'sys/policy'), 'policies');
        return isList(found) ? found : [];
      },
    }),
    query: fn({
      doc: "Ask anything of the API.\n\nsalt '*' vault.query GET auth/token/lookup-self", params: { method: p.string(), endpoint: p.string('', 'without /v1/'), payload: p.any(null) },
      run(args, ctx) {
        if (!/^[A-Za-z]{1,10}$/.test(args.method)) throw new InvocationError(`${repr(args.method)} is no method of HTTP`);
        const [endpoint = '', ...query] = args.endpoint.split('?');
        return askOrFail(ctx, args.method.toUpperCase(), endpoint, { payload: args.payload ?? undefined, query: query.length === 0 ? undefined : query.join('?') });
      },
    }),
    get_server_config: fn({
      doc: "Give where Vault is.\n\nsalt '*' vault.get_server_config", params: {},
      run(_args, ctx) {
        try {
          return serverConfig(ctx);
        } catch (error) {
          throw isVaultError(error) ? new CommandExecutionError(error.told, { cause: error }) : error;
        }
      },
    }),
  },
});
