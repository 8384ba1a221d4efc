/** What a state run says of an SLS that cannot be rendered: Salt's text in the answer, all that helps its author in the log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gatherer } from '../../../../src/sls/state/gather.js';
import { listeningLog } from '../../../support/module-host.js';
import { renderBench } from '../../../support/render-bench.js';

test('an SLS that cannot be rendered is explained in the log', async () => {
  const log = listeningLog();
  const renderer = renderBench({ facts: { grains: { os: 'Debian' } } });
  const file = { text: 'a: 1\nb: {{ grains.oss }}\n', path: '/srv/web/init.sls', source: 'salt://web/init.sls' };
  const gatherer = new Gatherer({
    names: async () => ['web'], read: async () => file,
    render: (one, sls, saltenv) => renderer.renderSls(one.text, { saltenv, sls, path: one.path, source: one.source }),
  }, { log, autoOrder: true });
  const errors = await gatherer.take(new Map([['base', ['web']]]));
  assert.deepEqual(errors, ["Rendering SLS 'base:web' failed: Jinja variable 'dict object' has no attribute 'oss'; line 2\n\n---\na: 1\nb: {{ grains.oss }}    <======================\n---"]);
  const said = log.lines.map(({ text }) => text).join('\n');
  assert.match(said, /SLS cannot be rendered: salt:\/\/web\/init\.sls, line 2: 'dict object' has no attribute 'oss'/);
  assert.match(said, /perhaps 'os' was meant/);
});
