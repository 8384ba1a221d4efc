// `npm run tour`: the classic deployment end to end, on this one machine. A front end, middleware hosts and a mail server, each with its own
// file system and processes; packages, services, requests and mails are real. docs/tour.md tells it. Nothing is left behind.
// `npm run tour -- --keep` leaves it running until Ctrl-C.
import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { prepare, root } from './lib/prepare.mjs';
import { scratchObstacle, scratchPrefix } from './lib/scratch.mjs';
import { freePort, pause, say, Stage, tell } from './lib/stage.mjs';

const keep = process.argv.includes('--keep');
/** Loopback is a whole network: each host has an address of its own. */
const network = `127.${randomInt(1, 255)}.${randomInt(255)}`;
const HOSTS = {
  lb1: { role: 'frontend', listen: `${network}.10:8080` },
  app1: { role: 'middleware', listen: `${network}.11:8080` },
  app2: { role: 'middleware', listen: `${network}.12:8080` },
  app3: { role: 'middleware', listen: `${network}.13:8080` },
  mail1: { role: 'mail', listen: `${network}.20:2525` },
};
const AT_FIRST = ['lb1', 'app1', 'app2', 'mail1'];
const LATER = 'app3';
const REQUESTS = 12;
const FOLLOWS_WITHIN_MS = 60_000;

prepare();
const probe = join(root, 'run', 'probe');
const obstacle = scratchObstacle(probe);
rmSync(probe, { recursive: true, force: true });
if (obstacle !== undefined) {
  process.stderr.write(`The tour cannot be made here: ${obstacle}.\nnpm run demo shows the same master and minions without it.\n`);
  process.exit(1);
}
// Tests that run beside others have built before.
if (!process.argv.includes('--built')) {
  tell('Building ...');
  await (await import('./build.mjs')).build();
}
const stage = new Stage();
const srv = (...parts) => join(root, 'srv', ...parts);

async function writeConfiguration() {
  const [publishPort, requestPort] = [await freePort(), await freePort()];
  stage.configure('master', 'master', {
    interface: '127.0.0.1', publish_port: publishPort, ret_port: requestPort, key_logfile: 'key', timeout: 20,
    file_roots: { base: [srv('salt'), srv('orch')] }, pillar_roots: { base: [stage.path('srv', 'pillar')] }, presence_events: true, loop_interval: 2,
    reactor: [{ 'salt/auth': [srv('reactor/shop-accepts.sls')] }],
  });
  for (const [id, { role, listen }] of Object.entries(HOSTS)) {
    stage.configure(id, 'minion', {
      id, master: '127.0.0.1', publish_port: publishPort, master_port: requestPort, acceptance_wait_time: 1, grains: { role, listen },
      mine_functions: { 'shop.member': role === 'mail' ? ['mailhost'] : [] }, beacons: role === 'middleware' ? BEACONS : {},
    });
  }
}

const BEACONS = { service: [{ services: { shop: { onchangeonly: true, emitatstartup: false } } }, { interval: 1 }] };

const startMinion = (id) => stage.start('tsalt-minion', id, { prefix: scratchPrefix(stage.path(id, 'layers')), end: 'SIGKILL' });

/** Who answered a round of requests to the front end, each once; undefined while nobody does. */
async function answering() {
  const names = new Set();
  for (let round = 0; round < REQUESTS; round += 1) {
    const name = await request(`http://${HOSTS.lb1.listen}/`);
    if (name === undefined) return undefined;
    names.add(name);
  }
  return [...names].sort();
}

function request(url) {
  return new Promise((resolve) => {
    const asked = get(url, { agent: false, timeout: 5000 }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => { text += piece; });
      response.on('end', () => resolve(response.statusCode === 200 ? text.trim() : undefined));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined));
  });
}

/** The servers that HAProxy itself says it has. */
async function backends() {
  const { lb1: servers } = await stage.ask('tsalt', 'lb1', 'haproxy.get_backend', 'members') ?? {};
  return Object.keys(servers ?? {}).sort();
}

/** Waits until HAProxy has exactly these servers and each of them answers, and says how long that took. */
async function untilAnswering(...ids) {
  const begin = Date.now();
  await stage.until(`Requests answered by ${ids.join(', ')}`, async () => String(await answering()) === String(ids) && String(await backends()) === String(ids), FOLLOWS_WITHIN_MS);
  if (stage.isInterrupted) return;
  tell(`HAProxy has the servers ${ids.join(', ')}; ${REQUESTS} requests to http://${HOSTS.lb1.listen}/ are answered by all of them (${((Date.now() - begin) / 1000).toFixed(1)} s)`);
}

const present = async (...ids) => stage.until(`${ids.join(', ')} connected`, async () => String((await stage.ask('tsalt-run', 'manage.present'))?.sort()) === String(ids.sort()));

async function deploy() {
  say('A master, a front end (lb1), middleware (app1, app2) and a mail server (mail1) start.');
  tell('The key of each middleware host is accepted by a reaction to its name; the others are accepted by hand.');
  stage.start('tsalt-master', 'master');
  for (const id of AT_FIRST) startMinion(id);
  await stage.until('Keys of lb1 and mail1 pending, those of app1 and app2 accepted', async () => {
    const { minions = [], minions_pre: pending = [] } = await stage.ask('tsalt-key', '-L') ?? {};
    return minions.length === 2 && pending.length === 2;
  });
  await stage.show('tsalt-key', '-y', '-A');
  await present(...AT_FIRST);
  await stage.show('tsalt', '*', 'pkg.refresh_db', '--out=txt');
  await stage.show('tsalt-run', 'state.orchestrate', 'shop-deploy', 'pillar={"mail_to": "ops@example.com"}', '--state-output=terse');
  await untilAnswering('app1', 'app2');
  say('The mail that mail1 took:');
  await stage.show('tsalt', 'mail1', 'cmd.run', 'cat /var/mail/ops/new/*', '--out=txt');
}

async function react() {
  say('From now on the load balancer follows by itself: what minions tell and who is connected start reactions (srv/reactor).');
  for (const [tag, file] of [['salt/minion/app*/start', 'shop-joins'], ['salt/beacon/*/service/shop', 'shop-members'], ['salt/presence/change', 'shop-members']]) {
    await stage.show('tsalt-run', 'reactor.add', tag, `reactors=${srv('reactor', `${file}.sls`)}`);
  }
  say('The application of app1 stops:');
  await stage.show('tsalt', 'app1', 'service.stop', 'shop');
  await untilAnswering('app2');
  say('... and starts again:');
  await stage.show('tsalt', 'app1', 'service.start', 'shop');
  await untilAnswering('app1', 'app2');
  say('A new host, app3, is switched on. Nobody does anything.');
  startMinion(LATER);
  await untilAnswering('app1', 'app2', LATER);
  say('The host app2 is gone from one moment to the next.');
  await stage.vanish('app2');
  await untilAnswering('app1', LATER);
  say('Why did the front end change? The newest run of the load balancer, and what led to it:');
  const [jid] = Object.keys(await stage.ask('tsalt-run', 'jobs.list_jobs', 'search_target=role:frontend', 'count=1') ?? {}).slice(-1);
  if (jid !== undefined) await stage.show('tsalt-run', 'event.trace', jid);
}

await stage.play(async () => {
  await writeConfiguration();
  await deploy();
  await react();
  if (stage.isInterrupted) return;
  say(keep ? 'Running. Ctrl-C stops everything.' : 'That was the tour: docs/tour.md tells it again, with the files behind each step.');
  if (keep) await stage.interruption;
  else await pause(0);
});
