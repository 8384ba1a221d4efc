/** The state that watches disks, beside that of real Salt, on this machine. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { skipWithoutSalt } from '../../support/fleet/salt-venv.js';
import { saltFolder, type Answer } from '../../support/salt-calls.js';
import { compareStates } from '../../support/state-calls.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-disk-')));
const folder = saltFolder(base);
after(() => rmSync(base, { recursive: true }));

/** Without the numbers, which change while others write. */
const steady = (answer: Answer): unknown => JSON.parse(JSON.stringify(answer, (key, value: unknown) => (key === 'data' ? Object.keys(value as object) : typeof value === 'string' ? value.replaceAll(/at \d+(\.\d+)?/g, 'at N') : value)));

test('disk.status: the same verdicts', { skip: skipWithoutSalt }, async () => {
  await compareStates(folder, [
    ['disk.status', { name: '/', maximum: '100%', minimum: 0 }], ['disk.status', { name: '/', maximum: 0 }], ['disk.status', { name: '/', maximum: 0, free: true }], ['disk.status', { name: '/', minimum: 100, free: true }],
    ['disk.status', { name: '/', maximum: '1 KB', absolute: true }], ['disk.status', { name: '/', minimum: 1, absolute: true, free: true }], ['disk.status', { name: base, maximum: 100 }], ['disk.status', { name: base, maximum: 0 }],
    ['disk.status', { name: base, minimum: '10KB', absolute: true, free: true }], ['disk.status', { name: '/none here', maximum: 5 }], ['disk.status', { name: '/', maximum: 'x' }], ['disk.status', { name: '/', maximum: 101, minimum: -1 }],
    ['disk.status', { name: '/', maximum: 5, minimum: 5 }], ['disk.status', { name: '/', minimum: 'x%', absolute: true }], ['disk.status', { name: '/' }, 'test'], ['disk.status', { name: '/proc', maximum: 5 }],
  ], { comparable: steady });
});
