import assert from 'node:assert/strict';
import { test } from 'node:test';
import apache from '../../../../src/plugins/modules/apache.js';
import { configText } from '../../../../src/plugins/modules/apache/section.js';
import { readHosts, readStatus } from '../../../../src/plugins/modules/apache/texts.js';
import { machine } from './machine.js';

/** Written by Apache 2.4.62 of Debian 12, `apache2ctl -S` with two hosts at one address. */
const HOSTS = `VirtualHost configuration:
*:80                   is a NameVirtualHost
         default server a.example.org (/etc/apache2/sites-enabled/a.conf:1)
         port 80 namevhost a.example.org (/etc/apache2/sites-enabled/a.conf:1)
         port 80 namevhost b.example.org (/etc/apache2/sites-enabled/b.conf:1)
ServerRoot: "/etc/apache2"`;

test('readHosts() tells the hosts of an address', () => {
  const a = { vhost: 'a.example.org', conf: '/etc/apache2/sites-enabled/a.conf:1' };
  assert.deepEqual(readHosts(HOSTS), { '*:80': {
    default: a, 'a.example.org': { ...a, port: '80' }, 'b.example.org': { vhost: 'b.example.org', conf: '/etc/apache2/sites-enabled/b.conf:1', port: '80' },
  } });
});

/** The beginning of what Apache 2.4.62 answers at `/server-status?auto`. */
const STATUS = 'localhost\nServerVersion: Apache/2.4.62 (Debian)\nTotal Accesses: 3\nReqPerSec: .25\nCPULoad: 1.5\nScoreboard: __W_K...\n';

test('readStatus() counts the workers', () => {
  const { Scoreboard: board, ...facts } = readStatus(STATUS);
  assert.deepEqual(facts, { ServerVersion: 'Apache/2.4.62 (Debian)', 'Total Accesses': 3, ReqPerSec: 0.25, CPULoad: 1.5 });
  assert.deepEqual(board, { _: 3, S: 0, R: 0, W: 1, K: 1, D: 0, C: 0, L: 0, G: 0, I: 0, '.': 3 });
});

test('configText() writes what is nested, and says what lacks', () => {
  assert.equal(configText([{ Listen: 80 }, { VirtualHost: { this: '*:80', Directory: { this: '"/srv/a b"', Require: 'all granted' } } }]), 'Listen 80\n<VirtualHost *:80>\n<Directory "/srv/a b">\nRequire all granted\n</Directory>\n\n</VirtualHost>\n');
  assert.throws(() => configText([{ Directory: { Require: 'all' } }]), { message: 'Apache section container "<Directory>" expects attribute. Specify it using key "this".' });
});

test('apache.server_status asks the address of a profile', async () => {
  const asked: unknown[] = [];
  const answers = {
    'config.get': ([key, fallback]: readonly unknown[]) => (key === 'apache.server-status:other:url' ? 'http://192.0.2.1/status' : fallback as string),
    'http.query': (args: readonly unknown[], kwargs: object) => {
      asked.push([...args, kwargs]);
      return asked.length === 1 ? { status: 200, text: STATUS } : { error: 'HTTP 401' };
    },
  };
  const { call } = machine({ modules: [apache], answers });
  assert.equal((await call('apache.server_status', ['other']) as { 'Total Accesses': number })['Total Accesses'], 3);
  assert.deepEqual(asked, [['http://192.0.2.1/status?auto', { text: true, status: true, timeout: 5 }]]);
  assert.equal(await call('apache.server_status'), 'error');
});

test('apache.signal knows its words only', async () => {
  const started: string[][] = [];
  const run = (argv: readonly string[]): Promise<never> => {
    started.push([...argv]);
    return Promise.resolve({ pid: 1, code: 0, stdout: Buffer.from(''), stderr: Buffer.from(argv.includes('configtest') ? 'Syntax OK\n' : ''), timedOut: false, truncated: false } as never);
  };
  const { call } = machine({ modules: [apache], sys: { run } });
  assert.equal(await call('apache.signal', ['configtest']), 'Syntax OK');
  assert.equal(await call('apache.signal', ['graceful']), 'Command: "apache2ctl -k graceful" completed successfully!');
  assert.equal(await call('apache.signal', ['graceful; id']), null);
  assert.deepEqual(started, [['apache2ctl', 'configtest'], ['apache2ctl', '-k', 'graceful']]);
});
