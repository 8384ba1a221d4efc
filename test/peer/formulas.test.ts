/**
 * Formulas of the difficulty of real ones (`formulas/tree`), rendered by real Salt and by ours on this machine, for
 * different systems and pillars: maps of systems by grains, merged stacks, names of files by grains, macros with context.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { decodeBus, encodeBus } from '../../src/bus/codec/codec.js';
import { isPlainMap, type PlainMap } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { Roots, rootsOptions } from '../../src/kernel/sys/tree/roots.js';
import { loadYaml } from '../../src/kernel/yaml/load.js';
import { sessionPorts } from '../../src/sls/state/session-ports.js';
import { FileClient } from '../../src/sls/files/file-client.js';
import { FileServer } from '../../src/sls/files/file-server.js';
import { localFiles } from '../../src/sls/files/local-files.js';
import { compileTarget } from '../../src/sls/target/target.js';
import { gatheredGrains } from '../support/gathered-grains.js';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { listeningLog, neverAborted, testHost } from '../support/module-host.js';
import { askSalt, saltFolder, type Answer, type Call } from '../support/salt-calls.js';

const sources = join(import.meta.dirname, '../../../test/peer/formulas');
const tree = join(sources, 'tree');
/** The example tree is read by both, too. */
const roots = [tree, join(sources, '../../../srv/salt')];
const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-formulas-')));
after(() => rmSync(base, { recursive: true }));

/** What to render: each SLS as data in the order of its keys, and single values. */
const SLS = ['web', 'web.package.install', 'web.config.file', 'users', 'stack', 'limits', 'cluster', 'motd', 'tools', 'tools.report'];
const fileOf = (sls: string): string => (sls.includes('.') ? `${sls.replaceAll('.', '/')}.sls` : `${sls}/init.sls`);
const rendered = (sls: string): Call => ['slsutil.renderer', [], {
  string: `{{ salt['slsutil.renderer']('salt://${fileOf(sls)}', sls='${sls}') | json(sort_keys=false) }}`, default_renderer: 'jinja',
}];
const CALLS: readonly Call[] = [
  ...SLS.map(rendered),
  ['jinja.load_map', ['web/map.jinja', 'web']], ['jinja.load_map', ['stack/map.jinja', 'mapdata']],
  ['jinja.import_yaml', ['web/defaults.yaml']], ['jinja.import_yaml', ['stack/parameters/defaults.yaml']], ['jinja.import_json', ['limits/small.json']],
  ['defaults.get', ['web:web:package', 'none']], ['slsutil.renderer', ['salt://limits/raw.txt'], { default_renderer: 'jinja' }],
];

interface Machine {
  readonly grains: PlainMap;
  readonly pillar: PlainMap;
}

const mapOf = (text: string): PlainMap => {
  const value = loadYaml(text);
  assert.ok(isPlainMap(value));
  return value;
};

async function ours(folder: string, { grains: own, pillar }: Machine): Promise<Answer[]> {
  const grains = { ...(await gatheredGrains({ opts: { id: 'web1' } })).grains, ...own };
  const opts: PlainMap = {
    id: 'web1', cachedir: join(folder, 'cache'), conf_file: join(folder, 'minion'), saltenv: 'base', file_client: 'local', file_roots: { base: roots }, renderer: 'jinja|yaml', renderer_blacklist: [], renderer_whitelist: [], pillar_raise_on_missing: false,
  };
  const server = FileServer.over({ roots: new Roots(rootsOptions(opts)) }, { opts, log: listeningLog() });
  const files = new FileClient({ source: localFiles(server), cacheDir: join(folder, 'cache'), hashType: 'sha256', id: 'web1' });
  await using host = await testHost({
    sys: createSys(), grains: () => grains, pillar: () => pillar, opts, sessionPorts: sessionPorts({ hasMaster: false, isDaemon: false }),
    ports: {
      files, pack: { pack: encodeBus, unpack: decodeBus },
      match: { matches: async (expr, kind) => compileTarget({ expr, kind, delimiter: ':' }, { nodegroups: {} })({ id: 'web1', grains, pillar, data: {} }), surely: async () => [] },
    },
  });
  const session = host.session({ signal: neverAborted() });
  const answers: Answer[] = [];
  for (const [fun, args = [], kwargs = {}] of CALLS) {
    answers.push(await session.call(fun, args, kwargs).then((value) => ({ value: JSON.parse(JSON.stringify(value)) as unknown }), (error: Error) => ({ error: error.name, text: error.message })));
  }
  return answers;
}

function prepared(name: string, { grains, pillar }: Machine): string {
  const folder = join(base, name);
  mkdirSync(join(folder, 'pillar'), { recursive: true });
  writeFileSync(join(folder, 'pillar', 'top.sls'), 'base: {"*": [all]}');
  writeFileSync(join(folder, 'pillar', 'all.sls'), `#!json\n${JSON.stringify(pillar)}`);
  return saltFolder(folder, { grains, file_roots: { base: roots }, pillar_roots: { base: [join(folder, 'pillar')] } });
}

const machines = readdirSync(join(sources, 'machines')).map((file) => file.replace('.yaml', ''));

for (const name of machines) {
  test(`formulas render as with real Salt on ${name}`, { skip: skipWithoutSalt }, async () => {
    const { grains = {}, pillar = {} } = mapOf(readFileSync(join(sources, 'machines', `${name}.yaml`), 'utf8'));
    assert.ok(isPlainMap(grains) && isPlainMap(pillar));
    const folder = prepared(name, { grains, pillar });
    const theirs = askSalt(folder, CALLS);
    const found = await ours(folder, { grains, pillar });
    const failed = theirs.filter((answer) => 'error' in answer).map((answer) => JSON.stringify(answer));
    assert.deepEqual(failed, [], 'real Salt renders all of it');
    const differing = CALLS.flatMap((call, at) => (JSON.stringify(found[at]) === JSON.stringify(theirs[at]) ? []
      : [`${JSON.stringify(call)}\n  ours ${JSON.stringify(found[at])}\n  real ${JSON.stringify(theirs[at])}`]));
    assert.deepEqual(differing, [], differing.join('\n'));
  });
}
