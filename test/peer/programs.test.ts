/** Modules that run npm and dig, beside those of real Salt. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { compareCalls, saltFolder } from '../support/salt-calls.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-programs-')));
const folder = saltFolder(base);
after(() => rmSync(base, { recursive: true }));
const without = (program: string): string | false => (skipWithoutSalt !== false ? skipWithoutSalt : spawnSync('which', [program]).status === 0 ? false : `needs ${program}`);

test('npm: the same answers without a network', { skip: without('npm') }, async () => {
  const app = join(base, 'app');
  const part = join(app, 'node_modules', 'part');
  mkdirSync(part, { recursive: true });
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', version: '1.0.0', dependencies: { part: '1.2.3' } }));
  writeFileSync(join(part, 'package.json'), JSON.stringify({ name: 'part', version: '1.2.3' }));
  await compareCalls(folder, [['npm.list', [], { dir: app }], ['npm.list', ['part'], { dir: app, depth: 0 }], ['npm.list', [], { dir: app, depth: 'x' }], ['npm.cache_path']]);
});

test('dig: the same answers where nobody serves', { skip: without('dig') }, async () => {
  // Nobody answers at this address of the machine itself; port 53 of 127.0.0.1 may be in use.
  const nowhere = '127.255.255.254';
  await compareCalls(folder, [
    ['dig.check_ip', ['127.0.0.1/8']], ['dig.check_ip', ['1111:2222:3333:4444::/64']], ['dig.check_ip', [5]], ['dig.check_ip', ['1.2.3.4/']],
    ['dig.A', ['web.example.org', nowhere]], ['dig.MX', ['web.example.org', false, nowhere]], ['dig.CNAME', ['web.example.org', nowhere]],
  ]);
});
