/** slsutil.serialize and deserialize beside real Salt. toml is left out: its library is no part of Salt's package. */
import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sessionPorts } from '../../src/sls/state/session-ports.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import type { FilePort } from '../../src/kernel/contract/ports.js';
import { decodeBus, encodeBus } from '../../src/bus/codec/codec.js';
import { listeningLog, neverAborted, testHost } from '../support/module-host.js';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { askSalt, saltFolder, type Answer, type Call } from '../support/salt-calls.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-serializers-')));
after(() => rmSync(base, { recursive: true }));

const INI = '; top\n[DEFAULT]\nbase = /srv\nOther: x\n\n[main]\nPath = %(base)s/www\nlong = one\n  two\n\n   three\nempty =\npercent = 100%%\n[two]\na=b=c\nk : v # no comment\n';
const CALLS: readonly Call[] = [
  ['slsutil.deserialize', ['configparser', INI]], ['slsutil.deserialize', ['configparser', 'no section = 1\n']], ['slsutil.deserialize', ['configparser', '[a]\nx=1\nx=2\n']], ['slsutil.deserialize', ['configparser', '[a]\n[a]\n']],
  ['slsutil.serialize', ['configparser', { main: { Key: 'v', n: 1, b: true, f: 1.5, text: 'two\nlines' }, DEFAULT: { d: 0 }, other: {} }]], ['slsutil.serialize', ['configparser', { a: { x: '50%' } }]],
  ['slsutil.serialize', ['configparser', { a: { x: null } }]], ['slsutil.serialize', ['configparser', ['a']]], ['slsutil.serialize', ['configparser', { a: { x: '%(y)s %%' } }]],
  ['slsutil.serialize', ['yaml', { b: [1, { c: null }], a: 'yes' }]], ['slsutil.serialize', ['yaml', { b: 1, a: { z: [1, 2] } }], { default_flow_style: false }], ['slsutil.deserialize', ['yaml', 'a: [1, yes]\nb: 12:30\n']],
  ['slsutil.serialize', ['json', { b: 1, a: 'ä' }], { sort_keys: true, indent: 2 }], ['slsutil.deserialize', ['json', '{"a": [1, 1.5, null]}']],
  ['slsutil.deserialize', ['yamlex', 'a: !aggregate [1]\na: !aggregate [2]\nb: {c: 1}\nb: {d: 2}\n']], ['slsutil.deserialize', ['yamlex', 'b: {c: 1}\nb: !reset {d: 2}\n']],
  ['slsutil.serialize', ['nosuch', 1]],
];

async function ours(): Promise<Answer[]> {
  const opts = { id: 'web1', cachedir: join(base, 'cache'), saltenv: 'base', renderer: 'jinja|yaml' };
  await using host = await testHost({
    sys: createSys(), opts, log: listeningLog(), sessionPorts: sessionPorts({ hasMaster: false, isDaemon: false }),
    ports: { pack: { pack: encodeBus, unpack: decodeBus }, files: { cacheFile: async () => undefined } as unknown as FilePort },
  });
  const session = host.session({ signal: neverAborted() });
  const answers: Answer[] = [];
  for (const [fun, args = [], kwargs = {}] of CALLS) {
    answers.push(await session.call(fun, args, kwargs).then((value) => ({ value: JSON.parse(JSON.stringify(value)) as unknown }), (error: Error) => ({ error: 'error', text: error.message })));
  }
  return answers;
}

test('serializers give what those of real Salt give', { skip: skipWithoutSalt }, async () => {
  const [found, theirs] = [await ours(), askSalt(saltFolder(base), CALLS)];
  // Of an error counts that there is one, with the same first line.
  const line = (answer: Answer | undefined): string => JSON.stringify(answer !== undefined && 'text' in answer ? answer.text.split('\n')[0] : answer);
  const differing = CALLS.flatMap((call, at) => (line(found[at]) === line(theirs[at]) ? [] : [`${JSON.stringify(call)}\n  ours ${line(found[at])}\n  real ${line(theirs[at])}`]));
  assert.deepEqual(differing, [], differing.join('\n'));
});
