// Answers as firewall-cmd of firewalld 1.3 does, over a file: firewalld itself needs a bus of the system.
// Nothing here was recorded: words, codes and outputs are written from its manual and from Salt's own tests.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

const file = process.env.FIREWALL_STORE;
const LISTS = { port: 'ports', 'forward-port': 'forward-ports', service: 'services', interface: 'interfaces', source: 'sources', 'icmp-block': 'icmp-blocks', 'rich-rule': 'rich-rules', masquerade: 'masquerade', protocol: 'protocols' };
const newZone = () => ({ masquerade: false, ports: [], 'forward-ports': [], services: [], interfaces: [], sources: [], 'icmp-blocks': [], 'rich-rules': [] });
const store = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { default: 'public', zones: { public: newZone(), dmz: newZone() }, services: { ssh: { ports: ['22/tcp'], protocols: [] }, http: { ports: ['80/tcp'], protocols: [] } } };
const words = process.argv.slice(2);
appendFileSync(`${file}.words`, `${JSON.stringify(words)}\n`);
function fail(code, text) {
  process.stderr.write(`Error: ${text}\n`);
  process.exit(code);
}
function split(word) {
  const [, name, value = ''] = /^--([^=]+)(?:=([^]*))?$/.exec(word) ?? [];
  return name === undefined ? fail(2, `unrecognized arguments: ${word}`) : [name, value];
}
const options = new Map(words.map(split));
const zoneName = options.get('zone') ?? store.default;
const zone = () => store.zones[zoneName] ?? fail(112, `INVALID_ZONE: ${zoneName}`);
const service = () => store.services[options.get('service')] ?? fail(101, `INVALID_SERVICE: ${options.get('service')}`);
const needName = (name) => (/^[\w-]{1,17}$/.test(name) ? name : fail(116, `INVALID_NAME: '${name}' is not allowed`));
const say = (text) => process.stdout.write(`${text}\n`);

function listAll(name) {
  const at = store.zones[name];
  const row = (label, list) => `  ${label}: ${list.join(' ')}`;
  return [name === store.default ? `${name} (active)` : name, '  target: default', row('interfaces', at.interfaces), row('sources', at.sources), row('services', at.services), row('ports', at.ports),
    `  masquerade: ${at.masquerade ? 'yes' : 'no'}`, '  forward-ports: ', ...at['forward-ports'].map((one) => `\t${one}`), row('icmp-blocks', at['icmp-blocks']), '  rich rules: ', ...at['rich-rules'].map((one) => `\t${one}`)].join('\n');
}

function change(action, kind, value) {
  if (kind === 'port' && !/^\d+(?:-\d+)?\/(?:tcp|udp)$/.test(value)) fail(102, `INVALID_PORT: ${value}`);
  if (kind === 'service' && store.services[value] === undefined) fail(101, `INVALID_SERVICE: '${value}' not among existing services`);
  const at = options.has('service') && kind !== 'service' ? service() : zone();
  if (kind === 'masquerade') at.masquerade = action === 'add';
  else {
    const list = LISTS[kind];
    at[list] = at[list].filter((one) => one !== value);
    if (action === 'add') at[list].push(value);
  }
  say('success');
}

for (const [name, value] of options) {
  const [, action, kind] = /^(add|remove)-(.+)$/.exec(name) ?? [];
  const listed = /^list-(.+)$/.exec(name)?.[1];
  if (kind !== undefined) change(action, kind, value);
  else if (name === 'get-zones') say(Object.keys(store.zones).join(' '));
  else if (name === 'get-services') say(Object.keys(store.services).join(' '));
  else if (name === 'get-icmptypes') say('echo-reply echo-request redirect');
  else if (name === 'get-default-zone') say(store.default);
  else if (name === 'get-ports') say(service().ports.join(' '));
  else if (name === 'get-protocols') say(service().protocols.join(' '));
  else if (name === 'set-default-zone') { if (store.zones[value] === undefined) fail(112, `INVALID_ZONE: ${value}`); store.default = value; say('success'); }
  else if (name === 'new-zone') { store.zones[needName(value)] = newZone(); say('success'); }
  else if (name === 'new-service') { store.services[needName(value)] = { ports: [], protocols: [] }; say('success'); }
  else if (name === 'list-all') { zone(); say(listAll(zoneName)); }
  else if (name === 'list-all-zones') say(Object.keys(store.zones).map(listAll).join('\n\n'));
  else if (listed !== undefined) say(zone()[listed].join(listed === 'rich-rules' || listed === 'forward-ports' ? '\n' : ' '));
  else if (name === 'reload') say('success');
  else if (name === 'version') say('1.3.3');
}
writeFileSync(file, JSON.stringify(store));
