import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { Sessions } from '../../../../src/bus/channel/sessions.js';
import { parseMinionId, type MinionId } from '../../../../src/kernel/contract/job.js';

const DAY = 86_400;
const id = parseMinionId('web1') as MinionId;
let dir: string;
/** An IV of its own for each name. */
const iv = (name: string): Buffer => createHash('sha256').update(name).digest().subarray(0, 16);
const now = (): number => Math.floor(Date.now() / 1000);

suite('sessions', () => {
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'ts-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  test('a session belongs to the public key it was handed out to', () => {
    const sessions = new Sessions(dir, DAY);
    const first = sessions.issue(id, 'key one');
    assert.equal(sessions.issue(id, 'key one'), first);
    const second = sessions.issue(id, 'key two');
    assert.notEqual(second, first);
    assert.notEqual(sessions.issue(id, 'key one'), first);
  });

  test('after a restart the session is the same for the same key, and another for another', () => {
    const key = new Sessions(dir, DAY).issue(id, 'key one');
    assert.equal(new Sessions(dir, DAY).issue(id, 'key one'), key);
    assert.notEqual(new Sessions(dir, DAY).issue(id, 'key two'), key);
  });

  test('a key without an owner, as a real master leaves it, opens requests, and is replaced at the next sign-in', () => {
    const key = new Sessions(join(dir, 'other'), DAY).issue(id, 'key one');
    writeFileSync(join(dir, 'web1'), key);
    const sessions = new Sessions(dir, DAY);
    assert.ok(sessions.crypticle(id) !== undefined);
    assert.notEqual(sessions.issue(id, 'key one'), key);
  });

  test('a request is taken once', () => {
    const sessions = new Sessions(dir, DAY);
    sessions.issue(id, 'key');
    assert.equal(sessions.take(id, iv('iv1'), 1000), 'taken');
    assert.equal(sessions.take(id, iv('iv1'), 1000), 'repeated');
    assert.equal(sessions.take(id, iv('iv2'), 1000), 'taken');
  });

  test('what was forgotten cannot come again: its time is over', () => {
    const sessions = new Sessions(dir, DAY);
    sessions.issue(id, 'key');
    for (let at = 0; at < 5000; at += 1) assert.equal(sessions.take(id, iv(`iv${at}`), 1000 + Math.floor(at / 100)), 'taken', String(at));
    assert.equal(sessions.take(id, iv('iv0'), 1000), 'too_old');
    assert.equal(sessions.take(id, iv('iv4999'), 1049), 'repeated');
  });

  test('by the clock of the minion alone: ten minutes back are too old, and the next sign-in begins anew', () => {
    const sessions = new Sessions(dir, DAY);
    const key = sessions.issue(id, 'key');
    assert.equal(sessions.take(id, iv('a'), 5_000_000), 'taken');
    assert.equal(sessions.take(id, iv('b'), 5_000_000 - 599), 'taken');
    assert.equal(sessions.issue(id, 'key'), key);
    assert.equal(sessions.take(id, iv('c'), 5_000_000 - 601), 'too_old');
    assert.notEqual(sessions.issue(id, 'key'), key);
    assert.equal(sessions.take(id, iv('c'), 5_000_000 - 601), 'taken');
  });

  test('after a restart requests from before are refused, also of the second in which it began', () => {
    new Sessions(dir, DAY).issue(id, 'key');
    const sessions = new Sessions(dir, DAY);
    const started = now();
    assert.equal(sessions.take(id, iv('a'), started - 10), 'too_old');
    assert.equal(sessions.take(id, iv('b'), started), 'too_old');
    assert.equal(sessions.take(id, iv('c'), started + 2), 'taken');
  });

  test('after a restart the requests of a minion whose clock is ahead are refused, too', () => {
    const before = new Sessions(dir, DAY);
    before.issue(id, 'key');
    const ahead = now() + 3600;
    assert.equal(before.take(id, iv('a'), ahead), 'taken');
    assert.equal(before.take(id, iv('a'), ahead), 'repeated');
    for (let restart = 0; restart < 3; restart += 1) {
      const sessions = new Sessions(dir, DAY);
      assert.equal(sessions.take(id, iv('a'), ahead), 'too_old', `restart ${restart}`);
      assert.equal(sessions.take(id, iv(`later ${restart}`), ahead + 10 * (restart + 1)), 'taken');
      assert.equal(sessions.take(id, iv('a'), ahead), 'too_old');
    }
    // With a new session nothing of the old one opens; its clock counts anew.
    const key = before.issue(id, 'another key');
    const sessions = new Sessions(dir, DAY);
    assert.equal(sessions.issue(id, 'another key'), key);
    assert.equal(sessions.take(id, iv('b'), now() + 2), 'taken');
  });

  test('after a restart with a clock that was set back, the time of the last request counts', () => {
    const before = new Sessions(dir, DAY);
    before.issue(id, 'key');
    const sent = now();
    before.take(id, iv('a'), sent);
    // As if the clock had been an hour ahead then.
    utimesSync(join(dir, '.last-taken'), sent + 3600, sent + 3600);
    const sessions = new Sessions(dir, DAY);
    assert.equal(sessions.take(id, iv('b'), sent + 3600), 'too_old');
    assert.notEqual(sessions.issue(id, 'key'), before.issue(id, 'key'));
  });

  test('modes, ids as long as a name may be, nothing left behind', () => {
    const long = parseMinionId('x'.repeat(253)) as MinionId;
    const sessions = new Sessions(dir, DAY);
    sessions.issue(long, 'key');
    for (const name of readdirSync(dir)) assert.equal(statSync(join(dir, name)).mode & 0o777, 0o600);
    assert.equal(readdirSync(dir).length, 2);
    sessions.drop(long);
    assert.deepEqual(readdirSync(dir), []);
  });

  test('a damaged file is as good as none', () => {
    writeFileSync(join(dir, 'web1'), 'no key');
    const sessions = new Sessions(dir, DAY);
    assert.equal(sessions.crypticle(id), undefined);
    assert.ok(sessions.issue(id, 'key').length > 50);
  });
});
