import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, mock, test } from 'node:test';
import { encodeBus, encodeNetwork } from '../../../../src/bus/codec/codec.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { KnownStore } from '../../../../src/master/known/known-store.js';
import { KeptPillars } from '../../../../src/master/pillar/kept-pillars.js';
import { CompiledPillar } from '../../../../src/master/pillar/pillar-desk.js';
import type { PillarRequest } from '../../../../src/sls/pillar/request.js';

const asked = (more: Partial<PillarRequest> = {}): PillarRequest => ({ id: 'm1', grains: {}, saltenv: null, pillarenv: null, override: {}, extra: {}, ...more });
const made = (pillar: PlainMap): CompiledPillar => new CompiledPillar({ network: encodeNetwork(pillar), bus: encodeBus(pillar) });

function benchOf(opts: PlainMap): { known: KnownStore; kept: KeptPillars } {
  const dir = mkdtempSync(join(tmpdir(), 'kept-'));
  const known = new KnownStore(dir, (error) => assert.fail(String(error)));
  after(async () => {
    await known[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true });
  });
  return { known, kept: new KeptPillars(known, opts) };
}

test('with pillar_cache the kept pillar is the answer until it is too old; overrides and own sources are asked for afresh', () => {
  mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const { kept } = benchOf({ pillar_cache: true, pillar_cache_ttl: 60 });
  assert.equal(kept.find(asked()), undefined);
  kept.keep(asked(), made({ a: 1 }));
  assert.deepEqual(kept.find(asked())?.value(), { a: 1 });
  assert.deepEqual(Buffer.from(kept.find(asked())?.network ?? []), encodeNetwork({ a: 1 }));
  assert.equal(kept.find(asked({ override: { b: 1 } })), undefined);
  assert.equal(kept.find(asked({ external: { git: [] } })), undefined);
  assert.equal(kept.find(asked({ pillarenv: 'dev' })), undefined);
  mock.timers.tick(61_000);
  assert.equal(kept.find(asked()), undefined);
  mock.timers.reset();
});

test('without pillar_cache it is kept for targeting alone', () => {
  const { known, kept } = benchOf({});
  kept.keep(asked(), made({ a: 1 }));
  assert.equal(kept.find(asked()), undefined);
  assert.deepEqual(known.mapNow('pillar', 'm1'), { a: 1 });
});

test('the pillar of an environment stands for the minion only as long as it asks for no other', () => {
  const { known, kept } = benchOf({});
  kept.keep(asked({ pillarenv: 'dev' }), made({ env: 'dev' }));
  assert.deepEqual(known.mapNow('pillar', 'm1'), { env: 'dev' });
  kept.keep(asked({ pillarenv: 'dev' }), made({ env: 'dev', more: 1 }));
  assert.deepEqual(known.mapNow('pillar', 'm1'), { env: 'dev', more: 1 });
  kept.keep(asked(), made({ env: 'all' }));
  kept.keep(asked({ pillarenv: 'dev' }), made({ env: 'dev' }));
  assert.deepEqual(known.mapNow('pillar', 'm1'), { env: 'all' });
});
