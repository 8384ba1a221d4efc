/**
 * The recorded requests of real programs, sent again to a running master of ours: the replies have to be those of the real master.
 * Sign-ins and clear requests are sent as they were; sealed ones are opened with the recorded key and sealed anew with a fresh nonce
 * and time, since ours refuses what is old or repeated. Cases that differ on purpose: test/golden/differences.json, corpus `wire-live`.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { goldenDir } from '../golden/corpus.js';
import { KeyRing } from '../golden/wire/recordings.js';
import { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { Site, userName } from '../support/fleet/site.js';
import { compareReply } from './wire-live/compare.js';
import { checkCase } from './wire-live/outcome.js';
import { Replay, type RecordedRun } from './wire-live/replay.js';

const dir = join(goldenDir, 'wire');
const site = new Site(existsSync(dir) ? false : 'no recordings here; set GOLDEN_DIR');

interface RecordingFile {
  readonly exchanges?: readonly RecordedRun[];
  readonly records?: readonly RecordedRun[];
  readonly steps?: readonly { readonly step: string; readonly records: readonly RecordedRun[] }[];
  readonly root_key?: string;
}
const recording = (name: string): RecordingFile =>
  existsSync(dir) ? JSON.parse(readFileSync(join(dir, `${name}.json`), 'utf8')) as RecordingFile : {};

/** A master with the recorded keys, as the recording script set it up. */
async function masterFor(name: string, accepted: readonly string[]): Promise<{ master: MasterHost; keys: KeyRing; hearing: Hearing }> {
  const keys = new KeyRing(dir);
  const master = await MasterHost.prepare(site, 'tsalt', name, {
    id: 'wire-master', file_buffer_size: 16_384, timeout: 3, gather_job_timeout: 2, file_recv: true, peer: { '.*': ['test.*'] }, peer_run: { '.*': ['test.arg'] },
    external_auth: { auto: { tester: ['.*', '@runner', '@wheel', '@jobs'] } },
    autosign_grains_dir: 'autosign', autosign_file: 'autosign.conf', autoreject_file: 'autoreject.conf',
  });
  site.write(`${name}/autosign/rack`, '7\n');
  site.write(`${name}/autosign.conf`, 'auto-*\n', 0o600);
  site.write(`${name}/autoreject.conf`, 'bad-*\n', 0o600);
  site.write(`${name}/pki/master.pem`, keys.privatePem('master'), 0o400);
  site.write(`${name}/pki/master.pub`, keys.publicPem('master'));
  for (const id of accepted) site.write(`${name}/pki/minions/${id}`, keys.publicPem(id), 0o600);
  if (name === 'auth' && keys.has('rejected-1')) site.write(`${name}/pki/minions_rejected/rejected-1`, keys.publicPem('rejected-1'), 0o600);
  master.serve('salt/hello.txt', 'hello\n');
  mkdirSync(join(master.dir, 'srv/salt/sub/empty'), { recursive: true });
  await master.start();
  return { master, keys, hearing: await master.hear() };
}

site.test('sign-ins: every algorithm, every refusal, and the events about them', async (t) => {
  const { master, keys, hearing } = await masterFor('auth', ['m1']);
  const replay = new Replay(master, keys);
  for (const run of recording('auth').exchanges ?? []) {
    await t.test(run.name, async (context) => {
      hearing.clear();
      const reply = await replay.play(run);
      await checkCase(context, `auth/${run.name}`, () => {
        compareReply(run, reply, replay);
      });
      const mark = `test/mark/${run.name}`;
      await replay.fire(mark);
      await hearing.heard(mark);
      const events = hearing.events.filter(({ tag }) => tag.startsWith('salt/auth')).map(({ data }) => ({ act: data['act'], result: data['result'], id: data['id'] }));
      const wanted = (run.auth_events ?? []).map(({ data }) => ({ act: data['act'], result: data['result'], id: data['id'] }));
      await checkCase(context, `auth-events/${run.name}`, () => assert.deepEqual(events, wanted));
    });
  }
});

site.test('malformed, forged and unusual requests', async (t) => {
  const { master, keys } = await masterFor('errors', ['m1', 'm2']);
  const replay = new Replay(master, keys);
  const runs = recording('errors').exchanges ?? [];
  const good = runs.find(({ request }) => request.crypt_key !== undefined);
  await replay.plantSession('m1', good?.request.crypt_key ?? '');
  for (const run of runs) {
    await t.test(run.name, async (context) => {
      const reply = await replay.play(run);
      await checkCase(context, `errors/${run.name}`, () => {
        compareReply(run, reply, replay);
      });
    });
  }
});

site.test('clear commands', async (t) => {
  const { master, keys } = await masterFor('clear', ['m1', 'm2']);
  const replay = new Replay(master, keys);
  const { exchanges = [], root_key = '' } = recording('clear');
  replay.replaceText(root_key, readFileSync(master.path('cache', `.${userName}_key`), 'utf8').trim());
  for (const run of exchanges) {
    await t.test(run.name, async (context) => {
      const reply = await replay.play(run);
      await checkCase(context, `clear/${run.name}`, () => {
        compareReply(run, reply, replay);
      });
    });
  }
});

for (const name of ['rotation', 'revoke'] as const) {
  site.test(`the whole conversation of ${name}`, async (t) => {
    const { master, keys } = await masterFor(name, ['m1']);
    const replay = new Replay(master, keys);
    const { steps = [{ step: name, records: recording(name).records ?? [] }] } = recording(name);
    replay.replaceText(rootKeyIn(steps.flatMap(({ records }) => records)), readFileSync(master.path('cache', `.${userName}_key`), 'utf8').trim());
    for (const { step, records } of steps) {
      // As the recording script did: the session file goes, or the AES key is to be made anew.
      if (step.includes('AES key')) writeFileSync(master.path('cache/.dfn'), 'wire-master', { mode: 0o400 });
      else rmSync(master.path('cache/sessions/m1'), { force: true });
      let at = 0;
      for (const run of records.filter(({ request }) => request !== undefined)) {
        at += 1;
        const id = `${name}/${step}/${at} ${run.cmd ?? ''}`;
        await t.test(id, async (context) => {
          const reply = await replay.play(run);
          await checkCase(context, id, () => {
            compareReply(run, reply, replay);
          });
        });
      }
    }
  });
}

function rootKeyIn(runs: readonly RecordedRun[]): string {
  for (const { request } of runs) {
    const load = request?.load;
    if (typeof load === 'object' && load !== null && 'key' in load) return String((load as Readonly<Record<string, unknown>>)['key']);
  }
  return '';
}
