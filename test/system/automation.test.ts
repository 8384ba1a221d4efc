/**
 * The examples `srv/master.d/automation.conf`, `srv/minion.d/automation.conf`, `srv/reactor` and `srv/salt` as they are, only with the
 * addresses of this machine: a new machine comes in and is set up by itself, and a service that was killed is started again.
 * PostgreSQL, the mail server (aiosmtpd) and the service (a script of `/etc/init.d`) are real.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { loadYaml } from '../../src/kernel/yaml/load.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { MinionHost } from '../support/fleet/minion.js';
import { repository } from '../support/fleet/salt-venv.js';
import { Site, skipUnlessRoot } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { skipWithoutPostgres, startPostgres, type Database } from '../support/servers/databases.js';
import { MailServer, skipWithoutMailServer } from '../support/servers/mail-server.js';

const skipWithoutService: string | false = ['/usr/sbin/service', '/usr/sbin/start-stop-daemon'].every((path) => existsSync(path)) ? skipUnlessRoot : 'no scripts of init.d here';
const skipWithSystemd: string | false = existsSync('/run/systemd/system') ? 'services of this machine belong to systemd' : skipWithoutService;

const site = new Site(skipWithoutPostgres || skipWithoutMailServer);
const SERVICE = `tsalt-test-${process.pid}-${Date.now()}`;
let master: MasterHost;
let hearing: Hearing;
let database: Database;
let mails: MailServer;

const pidFile = (): string => join(site.dir, 'service.pid');
const pidOf = (): number => Number(readFileSync(pidFile(), 'utf8'));

/** What a package of Debian would bring. */
const SCRIPT = `#!/bin/sh
### BEGIN INIT INFO
# Provides:          NAME
# Required-Start:
# Required-Stop:
# Default-Start:     2 3 4 5
# Default-Stop:
# Short-Description: a service of a test
### END INIT INFO
case "$1" in
  start) start-stop-daemon --start --quiet --oknodo --background --make-pidfile --pidfile PID --exec /bin/sleep -- 600 ;;
  stop) start-stop-daemon --stop --quiet --oknodo --pidfile PID --remove-pidfile ;;
  status) start-stop-daemon --status --pidfile PID ;;
esac
`;

/** The example, with paths of this test. */
const example = (path: string, from = '/srv/', to = '/srv/'): PlainMap => loadYaml(readFileSync(join(repository, path), 'utf8').replaceAll(from, to)) as PlainMap;

site.setUp('a database, a mail server and a master with the examples', async () => {
  if (skipWithSystemd === false) installService();
  database = site.own(await startPostgres(site.dir));
  database.create('salt', 'pgjsonb');
  mails = site.own(await MailServer.start());
  const config = example('srv/master.d/automation.conf', '/srv/', join(site.dir, 'm/srv/'));
  const store = { ...config['returner.pgjsonb'] as PlainMap, host: '127.0.0.1', port: database.port, pass: database.password };
  master = await MasterHost.prepare(site, 'tsalt', 'm', { ...config, 'returner.pgjsonb': store });
  for (const tree of ['reactor', 'salt']) cpSync(join(repository, 'srv', tree), master.path('srv', tree), { recursive: true });
  master.serve('pillar/top.sls', "base:\n  '*':\n    - motd\n");
  master.serve('pillar/motd.sls', JSON.stringify({ motd: { path: join(site.dir, 'motd'), lines: ['Be kind'] } }));
  await master.start();
  hearing = await master.hear();
});

site.test('a new machine of an expected name comes in by itself: key, start, states, the result in PostgreSQL, a mail', async () => {
  const config = example('srv/minion.d/automation.conf');
  const options = { ...config['highstate'] as PlainMap, smtp_server: '127.0.0.1', smtp_port: mails.port };
  const [watch] = (config['beacons'] as PlainMap)['service'] as PlainMap[];
  assert.deepEqual(watch, { services: { nginx: { onchangeonly: true } } });
  const beacons = { service: [{ services: { [SERVICE]: { onchangeonly: true } } }, { interval: 1 }] };
  new MinionHost(site, 'tsalt', 'web-1', master, { ...config, highstate: options, ...(skipWithSystemd === false ? { beacons } : { beacons: {} }) }).start();
  new MinionHost(site, 'tsalt', 'db-1', master).start();
  await hearing.heard('salt/auth', ({ data }) => data['id'] === 'web-1' && data['act'] === 'pend');
  await hearing.heard('salt/auth', ({ data }) => data['id'] === 'web-1' && data['act'] === 'accept');
  await hearing.heard('salt/minion/web-1/start');
  const { data } = await hearing.heard('salt/job/*/ret/web-1', ({ data: given }) => given['fun'] === 'state.apply');
  assert.deepEqual([data['success'], data['retcode']], [true, 0]);
  assert.match(readFileSync(join(site.dir, 'motd'), 'utf8'), /1\. Be kind/);
  assert.deepEqual([master.keys('minions'), master.keys('minions_pre')], [['web-1'], ['db-1']]);
  const jid = String(data['jid']);
  const row = await until('the result in PostgreSQL', () => {
    const found = database.ask('salt', `SELECT fun || ' ' || id || ' ' || success || ' ' || (full_ret->>'retcode') FROM salt_returns WHERE jid = '${jid}'`);
    return found !== '' && found;
  });
  assert.equal(row, 'state.apply web-1 true 0');
  assert.equal(database.ask('salt', `SELECT load->>'fun' FROM jids WHERE jid = '${jid}'`), 'state.apply');
  const mail = await mails.mail();
  assert.deepEqual([mail.from, mail.to], ['salt@example.com', ['admins@example.com']]);
  assert.match(mail.text, /^Subject: states of web-1 are done\r?$/m);
  assert.match(mail.text, /^Content-Type: text\/html/m);
});

site.test('a service that was killed is found by its beacon, started again by the reactor, and one can see why', async () => {
  await master.allAnswer('web-1');
  const tag = `salt/beacon/web-1/service/${SERVICE}`;
  const isRunning = (data: PlainMap): unknown => (data[SERVICE] as PlainMap)['running'];
  await hearing.heard(tag, ({ data }) => isRunning(data) === true);
  const before = pidOf();
  hearing.clear();
  process.kill(before, 'SIGKILL');
  await hearing.heard(tag, ({ data }) => isRunning(data) === false);
  const { data } = await hearing.heard('salt/job/*/ret/web-1', ({ data: given }) => given['fun'] === 'service.start');
  assert.equal(data['return'], true);
  await hearing.heard(tag, ({ data: given }) => isRunning(given) === true);
  const after = pidOf();
  assert.notEqual(after, before);
  process.kill(after, 0);
  const { stdout } = await master.tsalt('tsalt-run', 'event.trace', String(data['jid']));
  assert.match(stdout, new RegExp(`^event ${tag} from web-1 .*\\n└─ reaction .*/heal-service\\.sls(?::\\d+)? .*\\n {3}└─ job service\\.start on web-1 .*\\n {6}└─ return of web-1: done\\n$`));
}, { skip: skipWithSystemd });

/** A service that runs, before any beacon looks at it. */
function installService(): void {
  const script = join('/etc/init.d', SERVICE);
  site.own({
    [Symbol.asyncDispose]() {
      rmSync(script, { force: true });
      if (existsSync(pidFile())) killIfThere(pidOf());
      return Promise.resolve();
    },
  });
  writeFileSync(script, SCRIPT.replaceAll('NAME', SERVICE).replaceAll('PID', pidFile()), { mode: 0o755 });
  execFileSync('service', [SERVICE, 'start'], { stdio: 'ignore' });
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
  }
}
