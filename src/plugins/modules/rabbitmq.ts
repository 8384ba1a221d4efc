/** RabbitMQ: users, virtual hosts, permissions, policies, plugins, cluster. Source: read, Salt 3008.3; observed, RabbitMQ 3.10.8. */
import { randomBytes } from 'node:crypto';
import type { Context } from '../../kernel/contract/context.js';
import { InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn, type Fn } from '../../kernel/contract/plugin.js';
import { pythonJson } from '../../kernel/std/python-json.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { runAll, word } from './lookup/programs.js';
import { failedWith, outputOf, pluginWords, rabbitmqctl, rowsOf, vhostWord, type AskOptions } from './rabbitmq/program.js';

type As = Pick<AskOptions, 'runas'>;
const FEDERATION = 'federation-upstream';
const PASSWORD_BYTES = 18;

const runas = p.string(null, 'the user who runs the program');
const name = p.string();
const vhost = p.string();

/** What a command says, under a word that says what it did. */
const say = async (done: string, words: readonly string[], asked: AskOptions, ctx: Context): Promise<PlainMap> => ({ [done]: outputOf(await rabbitmqctl(words, asked, ctx)) });
const plain = async (words: readonly string[], asked: As, ctx: Context): Promise<string> => outputOf(await rabbitmqctl(words, asked, ctx));

async function users(asked: As, ctx: Context): Promise<PlainMap> {
  const rows = await rowsOf(['list_users'], asked, ctx);
  return Object.fromEntries(rows.map((row) => [str(row['user'] ?? ''), row['tags'] ?? []]));
}
const vhosts = async (asked: As, ctx: Context): Promise<string[]> => (await rowsOf(['list_vhosts'], asked, ctx)).map((row) => str(row['name'] ?? ''));

/** One line: the password is read up to its end. */
function secret(password: string): string {
  if (/[\n\r\0]/.test(password)) throw new InvocationError('A password of RabbitMQ is one line');
  return `${password}\n`;
}

/** Differs: a user without a password is made with one that nobody knows, which is cleared; when that fails the user goes again. */
async function addUser(user: string, password: string | null, asked: As, ctx: Context): Promise<PlainMap> {
  const first = password ?? randomBytes(PASSWORD_BYTES).toString('base64url');
  const added = await say('Added', ['add_user', '--', user], { ...asked, stdin: secret(first) }, ctx);
  if (password !== null) return added;
  try {
    await plain(['clear_password', '--', user], asked, ctx);
  } catch (error) {
    await plain(['delete_user', '--', user], asked, ctx);
    throw error;
  }
  return added;
}

/** Differs: a server that cannot be asked is an error; Salt takes it for a wrong password. */
async function checkPassword(user: string, password: string, asked: As, ctx: Context): Promise<boolean> {
  const done = await rabbitmqctl(['authenticate_user', '--', user], { ...asked, stdin: secret(password) }, ctx);
  if (done.retcode === 0) return true;
  return /failed to authenticate user|invalid credentials/.test(done.stderr) ? false : failedWith(done.stderr === '' ? done.stdout : done.stderr);
}

const permissions = async (words: readonly string[], by: string, asked: As, ctx: Context): Promise<PlainMap> =>
  Object.fromEntries((await rowsOf(words, asked, ctx)).map(({ [by]: key, ...rest }) => [str(key ?? ''), rest]));

async function policies(of: string, asked: As, ctx: Context): Promise<PlainMap> {
  const rows = await rowsOf(['list_policies', vhostWord(of)], asked, ctx);
  const found: Record<string, PlainMap> = {};
  for (const row of rows) {
    const { 'apply-to': applyTo = '', definition = '', pattern = '', priority = 0 } = row;
    const shown = isMap(definition) ? pythonJson(definition, { indent: null, sortKeys: false }) ?? '' : str(definition);
    (found[str(row['vhost'] ?? '')] ??= {})[str(row['name'] ?? '')] = { pattern, apply_to: applyTo, definition: shown, priority: str(priority) };
  }
  return found;
}

/** Differs: of the virtual host that is asked for; Salt looks at `/` only. */
async function hasPolicy(of: string, policy: string, asked: As, ctx: Context): Promise<boolean> {
  const ofHost = (await policies(of, asked, ctx))[of];
  return isMap(ofHost) && Object.hasOwn(ofHost, policy);
}

interface Policy {
  readonly vhost: string;
  readonly name: string;
  readonly pattern: string;
  readonly definition: Value;
  readonly priority: Value;
  readonly apply_to: Value;
}

function setPolicy(policy: Policy, asked: As, ctx: Context): Promise<PlainMap> {
  const definition = isMap(policy.definition) ? pythonJson(policy.definition, { indent: null, sortKeys: false }) : policy.definition;
  if (typeof definition !== 'string') throw new InvocationError("The 'definition' argument must be a dictionary or JSON string");
  const options = [...(isTruthy(policy.priority) ? [`--priority=${str(policy.priority)}`] : []), ...(isTruthy(policy.apply_to) ? [`--apply-to=${str(policy.apply_to)}`] : [])];
  return say('Set', ['set_policy', vhostWord(policy.vhost), ...options, '--', policy.name, policy.pattern, definition], asked, ctx);
}

/** The first column names the row, the others are its values. */
async function queues(words: readonly string[], columns: readonly Value[], asked: As, ctx: Context): Promise<PlainMap> {
  const names = columns.length === 0 ? ['name', 'messages'] : columns.map((column) => word(column, 'column'));
  const rows = await rowsOf(['list_queues', ...words, ...names], asked, ctx);
  const cell = (row: PlainMap, column: string | undefined): string => str(row[column ?? ''] ?? '');
  return Object.fromEntries(rows.map((row) => [cell(row, names[0]), names.length === 1 ? '' : names.slice(1).map((column) => cell(row, column))]));
}

async function pluginOutput(words: readonly string[], asked: As, ctx: Context): Promise<string> {
  return outputOf(await runAll(ctx, [await pluginWords(ctx), ...words], { reset_system_locale: false, ...(asked.runas === null ? {} : { runas: asked.runas }) }));
}
const plugins = async (options: readonly string[], asked: As, ctx: Context): Promise<string[]> =>
  (await pluginOutput(['list', '--minimal', '--quiet', ...options], asked, ctx)).split(/\s+/).filter((one) => /^\w+$/.test(one));
const switchPlugin = async (how: 'enable' | 'disable', plugin: string, asked: As, ctx: Context): Promise<PlainMap> =>
  ({ [how === 'enable' ? 'Enabled' : 'Disabled']: await pluginOutput([how, word(plugin, 'plugin')], asked, ctx) });

/** The node stands still while it joins, and starts again whatever comes of it. */
async function joinCluster(node: string, asRam: boolean, asked: As, ctx: Context): Promise<PlainMap> {
  await plain(['stop_app'], asked, ctx);
  const done = await rabbitmqctl(['join_cluster', ...(asRam ? ['--ram'] : []), '--', node], asked, ctx);
  await plain(['start_app'], asked, ctx);
  return { Join: outputOf(done) };
}

async function upstreams(asked: As, ctx: Context): Promise<PlainMap> {
  const rows = (await rowsOf(['list_parameters'], asked, ctx)).filter((row) => row['component'] === FEDERATION);
  return Object.fromEntries(rows.map((row) => {
    const value = row['value'] ?? '';
    return [str(row['name'] ?? ''), isMap(value) ? pythonJson(value, { indent: null, sortKeys: false }) ?? '' : value];
  }));
}

/** Differs: handed over at the input, as an address may hold a password. */
async function setUpstream(upstream: string, settings: PlainMap, asked: As, ctx: Context): Promise<boolean> {
  const value = Object.fromEntries(Object.entries(settings).filter(([, one]) => isTruthy(one)).map(([key, one]) => [key.replaceAll('_', '-'), one]));
  const definitions = { parameters: [{ vhost: '/', component: FEDERATION, name: upstream, value }] };
  outputOf(await rabbitmqctl(['import_definitions', '--quiet'], { ...asked, stdin: JSON.stringify(definitions) }, ctx));
  return true;
}

/** A command without words of its own. */
const simple = (command: string, doc: string): Fn => fn({ doc: `${doc}\n\nsalt '*' rabbitmq.${command}`, params: { runas }, run: (asked, ctx) => plain([command], asked, ctx) });

const none = p.any(null);
const UPSTREAM = {
  prefetch_count: none, reconnect_delay: none, ack_mode: none, trust_user_id: none, exchange: none, max_hops: none, expires: none, message_ttl: none, ha_policy: none, queue: none,
};

export default defineModule({
  name: 'rabbitmq',
  virtual: async (ctx) => ((await ctx.sys.which('rabbitmqctl')) === undefined ? 'Module rabbitmq: module only works when RabbitMQ is installed' : true),
  doc: 'RabbitMQ: users, virtual hosts, permissions, policies, plugins and clusters, by rabbitmqctl.',
  card: { title: 'RabbitMQ', version: '1.0' },
  functions: {
    list_users: fn({ doc: "List users with their tags.\n\nsalt '*' rabbitmq.list_users", params: { runas }, run: (asked, ctx) => users(asked, ctx) }),
    list_vhosts: fn({ doc: "List virtual hosts.\n\nsalt '*' rabbitmq.list_vhosts", params: { runas }, run: (asked, ctx) => vhosts(asked, ctx) }),
    list_upstreams: fn({ doc: "List upstreams of the federation.\n\nsalt '*' rabbitmq.list_upstreams", params: { runas }, run: (asked, ctx) => upstreams(asked, ctx) }),
    user_exists: fn({
      doc: "Say whether there is a user.\n\nsalt '*' rabbitmq.user_exists rabbit_user", params: { name, runas },
      run: async (args, ctx) => Object.hasOwn(await users(args, ctx), args.name),
    }),
    vhost_exists: fn({ doc: "Say whether there is a virtual host.\n\nsalt '*' rabbitmq.vhost_exists rabbit_host", params: { name, runas }, run: async (args, ctx) => (await vhosts(args, ctx)).includes(args.name) }),
    upstream_exists: fn({
      doc: "Say whether there is an upstream.\n\nsalt '*' rabbitmq.upstream_exists rabbit_upstream", params: { name, runas },
      run: async (args, ctx) => Object.hasOwn(await upstreams(args, ctx), args.name),
    }),
    add_user: fn({
      doc: "Add a user; without a password nobody can log in as it.\n\nsalt '*' rabbitmq.add_user rabbit_user password", params: { name, password: p.string(null), runas },
      run: (args, ctx) => addUser(args.name, args.password, args, ctx),
    }),
    delete_user: fn({ doc: "Delete a user.\n\nsalt '*' rabbitmq.delete_user rabbit_user", params: { name, runas }, run: (args, ctx) => say('Deleted', ['delete_user', '--', args.name], args, ctx) }),
    change_password: fn({
      doc: "Change the password of a user.\n\nsalt '*' rabbitmq.change_password rabbit_user password", params: { name, password: p.string(), runas },
      run: (args, ctx) => say('Password Changed', ['change_password', '--', args.name], { runas: args.runas, stdin: secret(args.password) }, ctx),
    }),
    clear_password: fn({
      doc: "Take the password of a user away.\n\nsalt '*' rabbitmq.clear_password rabbit_user", params: { name, runas },
      run: (args, ctx) => say('Password Cleared', ['clear_password', '--', args.name], args, ctx),
    }),
    check_password: fn({
      doc: "Say whether this is the password of a user.\n\nsalt '*' rabbitmq.check_password rabbit_user password", params: { name, password: p.string(), runas },
      run: (args, ctx) => checkPassword(args.name, args.password, args, ctx),
    }),
    add_vhost: fn({ doc: "Add a virtual host.\n\nsalt '*' rabbitmq.add_vhost '<vhost_name>'", params: { vhost, runas }, run: (args, ctx) => say('Added', ['add_vhost', '--', args.vhost], args, ctx) }),
    delete_vhost: fn({ doc: "Delete a virtual host.\n\nsalt '*' rabbitmq.delete_vhost '<vhost_name>'", params: { vhost, runas }, run: (args, ctx) => say('Deleted', ['delete_vhost', '--', args.vhost], args, ctx) }),
    set_permissions: fn({
      doc: "Set what a user may in a virtual host.\n\nsalt '*' rabbitmq.set_permissions myvhost myuser", params: { vhost, user: p.string(), conf: p.string('.*'), write: p.string('.*'), read: p.string('.*'), runas },
      run: (args, ctx) => say('Permissions Set', ['set_permissions', vhostWord(args.vhost), '--', args.user, args.conf, args.write, args.read], args, ctx),
    }),
    list_permissions: fn({
      doc: "List what users may in a virtual host.\n\nsalt '*' rabbitmq.list_permissions /myvhost", params: { vhost, runas },
      run: (args, ctx) => permissions(['list_permissions', vhostWord(args.vhost)], 'user', args, ctx),
    }),
    list_user_permissions: fn({
      doc: "List what a user may, by virtual host.\n\nsalt '*' rabbitmq.list_user_permissions user", params: { name, runas },
      run: (args, ctx) => permissions(['list_user_permissions', '--', args.name], 'vhost', args, ctx),
    }),
    set_user_tags: fn({
      doc: "Set the tags of a user.\n\nsalt '*' rabbitmq.set_user_tags myadmin administrator", params: { name, tags: p.any(), runas },
      run: (args, ctx) => say('Tag(s) set', ['set_user_tags', '--', args.name, ...(isList(args.tags) ? args.tags : [args.tags]).map(str)], args, ctx),
    }),
    status: simple('status', 'Give the state of the server as rabbitmqctl tells it.'),
    cluster_status: simple('cluster_status', 'Give the state of the cluster as rabbitmqctl tells it.'),
    stop_app: simple('stop_app', 'Stop RabbitMQ and leave its node running.'),
    start_app: simple('start_app', 'Start RabbitMQ on its node.'),
    reset: simple('reset', 'Make the node as it was when it was new; RabbitMQ must be stopped.'),
    force_reset: simple('force_reset', 'Make the node as it was when it was new, whatever the cluster is like.'),
    join_cluster: fn({
      doc: "Join the cluster of another node.\n\nsalt '*' rabbitmq.join_cluster rabbit.example.com rabbit", params: { host: p.string(), user: p.string('rabbit'), ram_node: none, runas },
      run: (args, ctx) => joinCluster(`${args.user}@${args.host}`, isTruthy(args.ram_node), args, ctx),
    }),
    list_queues: fn({
      doc: "List queues of the virtual host / with these columns.\n\nsalt '*' rabbitmq.list_queues None name messages consumers", params: { runas, args: p.rest() },
      run: (args, ctx) => queues([], args.args, args, ctx),
    }),
    list_queues_vhost: fn({
      doc: "List queues of a virtual host with these columns.\n\nsalt '*' rabbitmq.list_queues_vhost myvhost None name messages", params: { vhost, runas, args: p.rest() },
      run: (args, ctx) => queues([vhostWord(args.vhost)], args.args, args, ctx),
    }),
    list_policies: fn({ doc: "List policies, by virtual host and name.\n\nsalt '*' rabbitmq.list_policies", params: { vhost: p.string('/'), runas }, run: (args, ctx) => policies(args.vhost, args, ctx) }),
    set_policy: fn({
      doc: "Set a policy.\n\nsalt '*' rabbitmq.set_policy / HA '.*' '{\"ha-mode\":\"all\"}'", params: { vhost, name, pattern: p.string(), definition: p.any(), priority: none, runas, apply_to: none },
      run: (args, ctx) => setPolicy(args, args, ctx),
    }),
    delete_policy: fn({
      doc: "Delete a policy.\n\nsalt '*' rabbitmq.delete_policy / HA", params: { vhost, name, runas },
      run: (args, ctx) => say('Deleted', ['clear_policy', vhostWord(args.vhost), '--', args.name], args, ctx),
    }),
    policy_exists: fn({ doc: "Say whether there is a policy.\n\nsalt '*' rabbitmq.policy_exists / HA", params: { vhost, name, runas }, run: (args, ctx) => hasPolicy(args.vhost, args.name, args, ctx) }),
    list_available_plugins: fn({ doc: "List all plugins.\n\nsalt '*' rabbitmq.list_available_plugins", params: { runas }, run: (asked, ctx) => plugins([], asked, ctx) }),
    list_enabled_plugins: fn({ doc: "List plugins that are enabled.\n\nsalt '*' rabbitmq.list_enabled_plugins", params: { runas }, run: (asked, ctx) => plugins(['--enabled'], asked, ctx) }),
    plugin_is_enabled: fn({
      doc: "Say whether a plugin is enabled.\n\nsalt '*' rabbitmq.plugin_is_enabled rabbitmq_plugin_name", params: { name, runas },
      run: async (args, ctx) => (await plugins(['--enabled'], args, ctx)).includes(args.name),
    }),
    enable_plugin: fn({ doc: "Enable a plugin.\n\nsalt '*' rabbitmq.enable_plugin foo", params: { name, runas }, run: (args, ctx) => switchPlugin('enable', args.name, args, ctx) }),
    disable_plugin: fn({ doc: "Disable a plugin.\n\nsalt '*' rabbitmq.disable_plugin foo", params: { name, runas }, run: (args, ctx) => switchPlugin('disable', args.name, args, ctx) }),
    set_upstream: fn({
      doc: "Set an upstream of the federation.\n\nsalt '*' rabbitmq.set_upstream upstream_name uri=amqp://hostname max_hops=1", params: { name, uri: p.string(), ...UPSTREAM, runas },
      run: ({ name: upstream, runas: user, ...settings }, ctx) => setUpstream(upstream, settings, { runas: user }, ctx),
    }),
    delete_upstream: fn({
      doc: "Delete an upstream of the federation.\n\nsalt '*' rabbitmq.delete_upstream upstream_name", params: { name, runas },
      async run(args, ctx) {
        await plain(['clear_parameter', '--', FEDERATION, args.name], args, ctx);
        return true;
      },
    }),
  },
});
