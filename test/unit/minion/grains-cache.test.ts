import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import { keepGrains, keptGrains } from '../../../src/minion/grains-cache.js';
import { keepingLog, silentLog } from '../../support/logs.js';

const GRAINS = { os: 'Debian', cpus: 2, ips: ['192.0.2.1'] };
let dir = '';
let opts: PlainMap = {};
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'grains-'));
  opts = { cachedir: dir, grains_cache: true, grains_cache_expiration: 300 };
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const path = (): string => join(dir, 'grains.cache.p');

test('what was kept is read, and only its owner can', () => {
  keepGrains(opts, GRAINS, silentLog);
  assert.deepEqual(keptGrains(opts, silentLog), GRAINS);
  assert.equal(statSync(path()).mode & 0o777, 0o600);
});

test('without the option nothing is kept or read', () => {
  keepGrains({ ...opts, grains_cache: false }, GRAINS, silentLog);
  assert.ok(!existsSync(path()));
  keepGrains(opts, GRAINS, silentLog);
  assert.equal(keptGrains({ ...opts, grains_cache: false }, silentLog), undefined);
});

test('old ones, and those asked to be refreshed, are gathered anew', () => {
  keepGrains(opts, GRAINS, silentLog);
  assert.equal(keptGrains({ ...opts, refresh_grains_cache: true }, silentLog), undefined);
  const then = Date.now() / 1000 - 302;
  utimesSync(path(), then, then);
  assert.equal(keptGrains(opts, silentLog), undefined);
});

test('what cannot be read is gathered anew; what cannot be written is told', () => {
  writeFileSync(path(), 'no msgpack');
  assert.equal(keptGrains(opts, silentLog), undefined);
  assert.equal(keptGrains({ ...opts, cachedir: join(dir, 'none') }, silentLog), undefined);
  const log = keepingLog();
  keepGrains({ ...opts, cachedir: join(path(), 'below-a-file') }, GRAINS, log);
  assert.match(log.lines[0]?.text ?? '', /^Unable to write to grains cache file /);
});
