/** `npm run tour` as a user runs it: packages, services, HAProxy, a mail server and reactions, on hosts of their own on this machine. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { repository } from '../support/fleet/salt-venv.js';

const folder = mkdtempSync(join(tmpdir(), 'tour-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const { scratchObstacle } = await import(pathToFileURL(join(repository, 'scripts/lib/scratch.mjs')).href) as { scratchObstacle(folder: string): string | undefined };
const skip = scratchObstacle(join(folder, 'probe')) ?? (existsSync('/usr/bin/apt-get') ? false : 'this machine has no apt');
const stages = (): string[] => (existsSync(join(repository, 'run')) ? readdirSync(join(repository, 'run')) : []);

test('the tour comes to its end: each change of the middleware reaches the load balancer, and nothing is left behind', { skip }, () => {
  const before = stages();
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(repository, 'scripts/tour.mjs'), '--built'], { encoding: 'utf8', timeout: 540_000 });
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  assert.deepEqual([...stdout.matchAll(/HAProxy has the servers (.*?);/g)].map(([, names]) => names), ['app1, app2', 'app2', 'app1, app2', 'app1, app2, app3', 'app1, app3']);
  assert.match(stdout, /mail1: Subject: The shop is open\n/);
  assert.match(stdout, /mail1: The application runs on app1, app2\./);
  assert.match(stdout, /event salt\/\S+.*\n└─ reaction \S+\/srv\/reactor\/shop-\w+\.sls/);
  assert.deepEqual(stages(), before);
});
