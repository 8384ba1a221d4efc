/** The command line shows answers and keeps none: its memory does not grow with them. At full length: `npm run bench -- answers`. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../support/fleet/salt-venv.js';
import { peakMemory } from '../support/peak-memory.js';
import { pretendMaster } from '../support/pretended-master.js';

const BYTES = 10_240;
const MANY = 15_000;
/** Kept answers would take 150 MB at least; how much the engine lets lie until it sweeps is up to it. */
const GROWTH_MB = 90;

async function peakWith(minions: number): Promise<number> {
  const root = mkdtempSync(join(tmpdir(), 'ts-'));
  try {
    await using master = await pretendMaster(root, { minions, bytes: BYTES });
    const { code, megabytes, bytes } = await peakMemory([process.execPath, join(repository, 'bin/tsalt'), '-c', master.configDir, '*', 'test.echo', 'x']);
    assert.equal(code, 0);
    assert.ok(bytes > minions * BYTES, 'all of it was shown');
    return megabytes;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

test('15,000 answers of 10 kB take little more memory than one', async () => {
  const [one, many] = [await peakWith(1), await peakWith(MANY)];
  assert.ok(many - one < GROWTH_MB, `${one.toFixed(0)} MB for one, ${many.toFixed(0)} MB for ${MANY}`);
});
