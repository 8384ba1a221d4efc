/** The engine docker_events against a real Podman service. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import { until } from '../../../support/fleet/until.js';
import { neverAborted, testHost } from '../../../support/module-host.js';
import { IMAGE, openPodman } from '../../../support/servers/podman.js';
import { startEngine } from './kit.js';

const podman = await openPodman();
after(async () => {
  if ('url' in podman) await podman[Symbol.asyncDispose]();
});

test('docker_events fires what happens to a container of Podman, in its order, and nothing else', { skip: 'skip' in podman ? podman.skip : false }, async () => {
  assert.ok('url' in podman);
  const engine = await startEngine('docker_events', { docker_url: podman.url, filters: { type: 'container' } });
  await engine.said('docker_events listens');
  const host = await testHost({ sys: createSys(), opts: { 'docker.url': podman.url } });
  /** Ends of the tags of one container. */
  const actionsOf = (id: string): string[] => engine.fired.filter(({ data }) => (data['Actor'] as PlainMap)['ID'] === id).map(({ tag }) => tag.split('/').at(-1) ?? '');
  try {
    // The service answers a moment before it looks: the first containers may go unseen.
    const ids: string[] = [];
    const steps = ['create', 'start', 'die', 'remove'];
    await until('the events of a whole life', async () => {
      const { Id } = await host.session({ signal: neverAborted() }).call('docker.run_container', [IMAGE], { name: 'watched', command: 'true', auto_remove: true }) as PlainMap;
      ids.push(String(Id));
      return ids.some((id) => isDeepStrictEqual(actionsOf(id).filter((action) => steps.includes(action)), steps));
    });
    assert.ok(engine.fired.every(({ data }) => data['Type'] === 'container'));
    assert.equal(engine.fired.find(({ tag }) => tag.endsWith('/start'))?.data['from'], IMAGE);
  } finally {
    await host[Symbol.asyncDispose]();
    await engine.stop();
  }
});
