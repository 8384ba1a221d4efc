import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Validity } from '../../../../src/api/events/validity.js';
import { HttpError } from '../../../../src/api/http/http-error.js';
import { deferred } from '../../../../src/kernel/std/async.js';
import { silentLog } from '../../../support/logs.js';

// The service's own timers keep no process alive.
const alive = setInterval(() => undefined, 1000);
after(() => clearInterval(alive));
const known = { token: 't', name: 'fred', eauth: 'pam', startSeconds: 0, expireSeconds: 0, data: {} };

/** Ends when the stream of a token is ended. */
const ended = (validity: Validity, token: string): Promise<string> => new Promise((resolve) => void validity.watch(token, '', () => resolve(token)));

test('streams of a token that is no longer valid are ended, others go on', async () => {
  const validity = new Validity({ door: { look: async (token) => (token === 'good' ? known : undefined) }, log: silentLog, eachMs: 1 });
  let isEnded = false;
  validity.watch('good', '', () => void (isEnded = true));
  await Promise.all([ended(validity, 'bad'), ended(validity, 'bad'), ended(validity, 'worse')]);
  assert.equal(isEnded, false);
});

test('a token that its owner ends is told at once', async () => {
  const validity = new Validity({ door: { look: async () => known }, log: silentLog });
  const told = ended(validity, 't');
  validity.revoked('t');
  assert.equal(await told, 't');
});

test('many streams of one token ask once each time; a master that is away ends none', async () => {
  let asked = 0;
  const away = deferred<void>();
  const validity = new Validity({
    door: {
      look: async () => {
        asked += 1;
        if (asked === 3) away.resolve();
        if (asked <= 3) throw new HttpError(503);
        return undefined;
      },
    }, log: silentLog, eachMs: 1,
  });
  const all = Promise.all(Array.from({ length: 100 }, () => ended(validity, 't')));
  await away.promise;
  await all;
  assert.equal(asked, 4);
});
