/** The real nginx, with a configuration and a folder of its own. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import { neverAborted, testHost } from '../../../support/module-host.js';
import { freePort, ProgramServer } from '../../../support/servers/program-server.js';

const PROGRAM = '/usr/sbin/nginx';
const skip = existsSync(PROGRAM) ? false : 'nginx is not installed';

test('nginx tells its version, its configuration and its counters', { skip }, async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'tsalt-nginx-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, 'bin'));
  const port = await freePort();
  const config = join(root, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${root}/${kind};`).join(' ');
  const text = `pid ${root}/pid; error_log ${root}/error.log; events {} http { access_log off; ${temporary} server { listen 127.0.0.1:${port}; location /status { stub_status; } } }`;
  writeFileSync(config, text);
  writeFileSync(join(root, 'bin', 'nginx'), `#!/bin/sh\nexec ${PROGRAM} -c ${config} "$@"\n`);
  chmodSync(join(root, 'bin', 'nginx'), 0o755);
  const sys = createSys({ env: { ...process.env, PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}` } });
  await using host = await testHost({ sys, grains: () => ({ os: 'Debian', os_family: 'Debian', kernel: 'Linux' }), opts: { cachedir: root } });
  const session = host.session({ signal: neverAborted() });
  const call = (fun: string, ...args: Value[]): Promise<Value> => session.call(`nginx.${fun}`, args);

  assert.match(String(await call('version')), /^\d+\.\d+\.\d+/);
  const built = await call('build_info') as PlainMap;
  assert.match(String((built['info'] as string[])[0]), /^nginx version: nginx\//);
  assert.ok((built['build arguments'] as string[]).some((word) => word.startsWith('--conf-path=')));
  assert.deepEqual((await call('configtest') as PlainMap)['comment'], 'Syntax OK');

  await using server = new ProgramServer([PROGRAM, '-c', config, '-g', 'daemon off;']);
  await server.listens(port);
  const counts = await call('status', `http://127.0.0.1:${port}/status`) as PlainMap;
  assert.deepEqual(Object.keys(counts), ['active connections', 'accepted', 'handled', 'requests', 'reading', 'writing', 'waiting']);
  assert.ok(Number(counts['requests']) >= 1);
  assert.equal(await call('status', `http://127.0.0.1:${port}/none`), null);
  assert.match(String(await call('signal', 'reload')), /signal process started|completed successfully/);
  assert.equal(await call('signal', '; id'), null);

  writeFileSync(config, `${text} nonsense;`);
  const broken = await call('configtest') as PlainMap;
  assert.deepEqual([broken['comment'], broken['result']], ['Syntax Error', false]);
  assert.match(String(broken['stderr']), /unknown directive "nonsense"/);
});
