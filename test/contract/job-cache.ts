/** What a returner must hold to be the job store of a master. Call it once for each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlainMap, Value } from '../../src/kernel/std/value.js';
import { floatOf } from '../../src/kernel/std/value.js';
import type { OpenReturner } from '../../src/kernel/loader/open-returner.js';

export interface JobCache {
  readonly name: string;
  /** Why it cannot be tried here. */
  readonly skip?: string | false;
  /** A fresh, empty one. */
  open(opts?: PlainMap): Promise<OpenReturner>;
}

const JID = '20260102030405678901';
const LATER = '20260102030406000000';
const LOAD: PlainMap = { jid: JID, fun: 'test.echo', arg: ['a', { b: 1, __kwarg__: true }], tgt: 'web*', tgt_type: 'glob', user: 'root', ret: '' };

const returnOf = (id: string, value: Value, more: PlainMap = {}): PlainMap => ({
  cmd: '_return', id, jid: JID, fun: 'test.echo', fun_args: ['a'], return: value, retcode: 0, success: true, ...more,
});

export function jobCacheContract(cache: JobCache): void {
  const it = (title: string, run: (store: OpenReturner) => Promise<void>, opts?: PlainMap): void => {
    test(`${cache.name} ${title}`, { skip: cache.skip ?? false }, async () => run(await cache.open(opts)));
  };

  it('knows nothing of a job that nobody published', async (store) => {
    assert.deepEqual(await store.call('getLoad', [JID]), {});
    assert.deepEqual(await store.call('getJid', [JID]), {});
    assert.deepEqual(await store.call('getJids', []), {});
  });

  it('keeps what was published, and who should answer', async (store) => {
    assert.equal(await store.call('prepJid', [false, JID]), JID);
    await store.call('saveLoad', [JID, LOAD, ['web2', 'web1']]);
    const { Minions: minions, ...load } = await store.call('getLoad', [JID]);
    assert.deepEqual(load, LOAD);
    assert.deepEqual(minions, ['web1', 'web2']);
  });

  it('gives new ids that differ', async (store) => {
    const ids = [await store.call('prepJid', [false, null]), await store.call('prepJid', [false, null])];
    assert.equal(new Set(ids).size, 2);
    for (const jid of ids) assert.match(jid, /^\d{20}$/);
  });

  it('takes further minions that should answer', async (store) => {
    await store.call('saveLoad', [JID, LOAD, ['web1']]);
    await store.call('saveMinions', [JID, ['web3', 'web1'], null]);
    assert.deepEqual((await store.call('getLoad', [JID]))['Minions'], ['web1', 'web3']);
  });

  it('keeps returns with their values, by minion', async (store) => {
    const value: Value = { text: 'ä\n', list: [1, null, true, { deep: [] }], float: floatOf(2), whole: 2 };
    await store.call('saveLoad', [JID, LOAD, null]);
    await store.call('returner', [returnOf('web1', value, { out: 'txt' })]);
    await store.call('returner', [returnOf('web2', false, { retcode: 1, success: false })]);
    const found = await store.call('getJid', [JID]) as Record<string, PlainMap>;
    assert.deepEqual(Object.keys(found).sort(), ['web1', 'web2']);
    assert.deepEqual(found['web1']?.['return'], value);
    assert.equal(found['web1']['out'], 'txt');
    assert.deepEqual([found['web2']?.['return'], found['web2']?.['retcode'], found['web2']?.['success']], [false, 1, false]);
  });

  it('takes the second copy of a return for the first', async (store) => {
    await store.call('saveLoad', [JID, LOAD, null]);
    await store.call('returner', [returnOf('web1', 'first')]);
    await store.call('returner', [returnOf('web1', 'second')]);
    const found = await store.call('getJid', [JID]) as Record<string, PlainMap>;
    assert.equal(found['web1']?.['return'], 'first');
  });

  it('takes a return before its job', async (store) => {
    await store.call('returner', [returnOf('web1', true)]);
    await store.call('saveLoad', [JID, LOAD, ['web1']]);
    assert.deepEqual(Object.keys(await store.call('getJid', [JID])), ['web1']);
    assert.equal((await store.call('getLoad', [JID]))['fun'], 'test.echo');
  });

  it('may be told of a job twice', async (store) => {
    await store.call('saveLoad', [JID, LOAD, ['web1']]);
    await store.call('saveLoad', [JID, LOAD, ['web1']]);
    assert.deepEqual(Object.keys(await store.call('getJids', [])), [JID]);
  });

  it('lists jobs as listings show them', async (store) => {
    await store.call('saveLoad', [JID, LOAD, null]);
    assert.deepEqual(await store.call('getJids', []), {
      [JID]: { Function: 'test.echo', Arguments: LOAD['arg'], Target: 'web*', 'Target-type': 'glob', User: 'root', StartTime: '2026, Jan 02 03:04:05.678901' },
    });
  });

  it('lists the newest jobs, with and without questions about jobs', async (store) => {
    if (!store.has('getJidsFilter')) return;
    await store.call('saveLoad', [JID, LOAD, null]);
    await store.call('saveLoad', [LATER, { ...LOAD, jid: LATER, fun: 'saltutil.find_job' }, null]);
    const ids = async (count: number, without: boolean) => (await store.call('getJidsFilter', [count, without])).map((job) => job['JID']);
    assert.deepEqual(await ids(10, false), [JID, LATER]);
    assert.deepEqual(await ids(1, false), [LATER]);
    assert.deepEqual(await ids(10, true), [JID]);
  });

  it('forgets what is old, and keeps what is not', async (store) => {
    if (!store.has('cleanOldJobs')) return;
    const fresh = await store.call('prepJid', [false, null]);
    for (const jid of [JID, fresh]) await store.call('saveLoad', [jid, { ...LOAD, jid }, null]);
    await store.call('cleanOldJobs', []);
    assert.ok(Object.keys(await store.call('getJids', [])).includes(fresh));
  });
}
