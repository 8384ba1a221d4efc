// Answers as rabbitmqctl and rabbitmq-plugins of RabbitMQ 3.10.8 do (recorded there), over a file instead of a server: the real ones take seconds for each word.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

const file = process.env.RABBIT_STORE;
const store = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { users: { guest: { tags: ['administrator'], perms: {} } }, vhosts: ['/'], policies: [], parameters: [], plugins: [] };
const [program = '', ...words] = process.argv.slice(2);
appendFileSync(`${file}.words`, `${JSON.stringify(words)}\n`);
const command = words.shift();
const options = {};
while (words.length > 0 && words[0].startsWith('--')) {
  const word = words.shift();
  if (word === '--') break;
  const [key, ...value] = word.slice(2).split('=');
  options[key] = value.join('=');
}
const vhost = options.vhost ?? '/';
const [first, second, third, fourth] = words;
const input = () => readFileSync(0, 'utf8').replace(/\n$/, '');

function fail(code, text) {
  process.stderr.write(`Error:\n${text}\n`);
  process.exit(code);
}
const user = (name) => store.users[name] ?? fail(67, `User "${name}" does not exist`);
const needVhost = (name, code = 69) => { if (!store.vhosts.includes(name)) fail(code, code === 65 ? `Virtual host '${name}' does not exist` : `Virtual host ${name} does not exist`); };
const rows = (list) => process.stdout.write(list.length === 0 ? '[\n]\n' : `[\n${list.map((row) => JSON.stringify(row)).join('\n,')}\n]\n`);
const say = (text) => process.stdout.write(`${text}\n`);

const commands = {
  list_users: () => rows(Object.entries(store.users).map(([name, { tags }]) => ({ user: name, tags }))),
  list_vhosts: () => rows(store.vhosts.map((name) => ({ name }))),
  add_user() {
    const password = input();
    if (Object.hasOwn(store.users, first)) fail(70, `User "${first}" already exists`);
    store.users[first] = { tags: [], perms: {}, password };
    say(`Adding user "${first}" ...\nPassword: \nDone. Don't forget to grant the user permissions to some virtual hosts! See 'rabbitmqctl help set_permissions' to learn more.`);
  },
  delete_user() { user(first); delete store.users[first]; say(`Deleting user "${first}" ...`); },
  change_password() { user(first).password = input(); say(`Changing password for user "${first}" ...\nPassword: `); },
  clear_password() { delete user(first).password; say(`Clearing password for user "${first}" ...`); },
  authenticate_user() {
    say(`Authenticating user "${first}" ...\nPassword: `);
    if (store.users[first]?.password !== input()) fail(65, `failed to authenticate user "${first}"\nuser '${first}' - invalid credentials`);
    say('Success');
  },
  set_user_tags() { user(first).tags = words.slice(1); say(`Setting tags for user "${first}" to [${words.slice(1).join(', ')}] ...`); },
  add_vhost() { if (!store.vhosts.includes(first)) store.vhosts.push(first); say(`Adding vhost "${first}" ...`); },
  delete_vhost() { needVhost(first, 65); store.vhosts = store.vhosts.filter((one) => one !== first); say(`Deleting vhost "${first}" ...`); },
  set_permissions() { needVhost(vhost); user(first).perms[vhost] = { configure: second, write: third, read: fourth }; say(`Setting permissions for user "${first}" in vhost "${vhost}" ...`); },
  list_user_permissions: () => rows(Object.entries(user(first).perms).map(([of, perm]) => ({ vhost: of, ...perm }))),
  list_permissions: () => rows(Object.entries(store.users).flatMap(([name, { perms }]) => (perms[vhost] === undefined ? [] : [{ user: name, ...perms[vhost] }]))),
  list_policies: () => rows(store.policies.filter((one) => one.vhost === vhost)),
  set_policy() {
    needVhost(vhost);
    if (JSON.parse(third).a !== undefined) fail(69, 'Validation failed\n\n[{<<"a">>,1}] are not recognised policy settings\n');
    store.policies = store.policies.filter((one) => one.vhost !== vhost || one.name !== first);
    store.policies.push({ vhost, name: first, pattern: second, 'apply-to': options['apply-to'] ?? 'all', definition: JSON.stringify(JSON.parse(third)), priority: Number(options.priority ?? 0) });
    say(`Setting policy "${first}" for pattern "${second}" to "${third}" with priority "${options.priority ?? 0}" for vhost "${vhost}" ...`);
  },
  clear_policy() { store.policies = store.policies.filter((one) => one.vhost !== vhost || one.name !== first); say(`Clearing policy "${first}" on vhost "${vhost}" ...`); },
  list_parameters: () => rows(store.parameters.map(({ component, name, value }) => ({ component, name, value: JSON.stringify(value) }))),
  import_definitions() {
    for (const one of JSON.parse(input()).parameters) {
      if (one.value.uri === 'none') fail(69, 'Validation failed\n\nuri none must be a valid URI\n');
      store.parameters = [...store.parameters.filter(({ name }) => name !== one.name), one];
    }
  },
  clear_parameter() { store.parameters = store.parameters.filter(({ name }) => name !== second); say(`Clearing runtime parameter "${second}" for component "${first}" on vhost "${vhost}" ...`); },
  list_queues: () => rows([{ messages: 3, name: 'work queue', consumers: 0 }]),
  cluster_status: () => say(`Cluster status of node t1@web1 ...\nDisk Nodes\n\n${['t1@web1', 't10@web10', ...store.joined ?? []].join('\n')}\n`),
  stop_app: () => say('Stopping rabbit application on node t1@web1 ...'),
  start_app: () => say('Starting node t1@web1 ...'),
  join_cluster() {
    if (first.endsWith('@none')) fail(69, `unable to connect to epmd (port 4369) on none: nxdomain`);
    store.joined = [first];
    say(`Clustering node t1@web1 with ${first}`);
  },
};
const pluginCommands = {
  list: () => say((Object.hasOwn(options, 'enabled') ? store.plugins : ['rabbitmq_federation', 'rabbitmq_shovel', ...store.plugins]).join('\n')),
  enable() {
    if (!first.startsWith('rabbitmq_')) fail(70, `{:plugins_not_found, [:${first}]}`);
    store.plugins.push(first);
    say(`Enabling plugins on node t1@web1:\n${first}`);
  },
  disable() { store.plugins = store.plugins.filter((one) => one !== first); say(`Disabling plugins on node t1@web1:\n${first}`); },
};
const work = (program === 'rabbitmq-plugins' ? pluginCommands : commands)[command];
if (work === undefined) fail(64, `Command '${command}' not found.`);
work();
writeFileSync(file, JSON.stringify(store));
