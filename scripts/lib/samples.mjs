// What the linked programs do in their sample run: the words of each, and what they find. Programs that ask a master are answered by
// a stand-in for its local socket.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createRequire } from 'node:module';

const states = Array.from({ length: 20 }, (_, at) => `s${at}:\n  test.nop:\n    - require:\n      - file: made\n`).join('');
const sample = (place) => `
made:
  file.managed:
    - name: ${place}/made
    - source: salt://text
    - template: jinja
    - mode: '0600'
    - context: {a: 1}
folder:
  file.directory:
    - name: ${place}/folder
    - makedirs: true
plain:
  file.managed:
    - name: ${place}/folder/plain
    - contents: text
    - watch:
      - file: made
reaction:
  cmd.run:
    - name: 'true'
    - onchanges:
      - file: plain
    - unless: 'false'
`;

function minionSample(place) {
  mkdirSync(join(place, 'srv'));
  writeFileSync(join(place, 'minion'), JSON.stringify({ id: 'sample', root_dir: place, file_client: 'local', file_roots: { base: [join(place, 'srv')] }, pillar_roots: { base: [] } }));
  writeFileSync(join(place, 'srv', 'text'), 'a {{ a }} {{ grains["os"] }}\n');
  writeFileSync(join(place, 'srv', 'sample.sls'), sample(place) + states);
  return ['--local', '--retcode-passthrough', 'state.apply', 'sample'];
}

const jid = '20260101000000000001';
const returned = (id, value) => ({ kind: 'return', id, load: { id, jid, fun: 'test.arg', return: value, retcode: 0, success: true } });
const ANSWERS = {
  publish: [
    { kind: 'published', jid, minions: ['one', 'two'], missing: [] }, { kind: 'noted', id: 'one', state: 'received' },
    returned('one', true), returned('two', { a: [1, 'text', { b: null }], c: 1.5 }), { kind: 'end' },
  ],
  runner: [{ kind: 'started', jid, tag: `salt/run/${jid}` }, { kind: 'result', data: { return: { [jid]: { Arguments: [], Function: 'test.ping', StartTime: '' } }, success: true } }, { kind: 'end' }],
};

async function masterFiles(place) {
  for (const folder of ['pki/minions', 'run', 'cache']) mkdirSync(join(place, folder), { recursive: true });
  writeFileSync(join(place, 'master'), JSON.stringify({ root_dir: place, pki_dir: 'pki', sock_dir: 'run', cachedir: 'cache', key_logfile: 'log', log_file: 'log', nodegroups: { all: '*' } }));
  writeFileSync(join(place, 'pki/minions/one'), '');
}

/** The local socket of a master, with an answer for each request. */
async function masterSample(place) {
  await masterFiles(place);
  const { decode, encode } = createRequire(import.meta.url)('msgpack-lite');
  const server = createServer((socket) => socket.once('data', (chunk) => {
    const { op } = decode(chunk);
    socket.end(Buffer.concat(ANSWERS[op].map((frame) => encode(frame))));
  }));
  await new Promise((resolve) => server.listen(join(place, 'run/tsalt.ipc'), resolve));
  server.unref();
}

const asking = (...words) => async (place) => {
  await masterSample(place);
  return words;
};

export const SAMPLES = {
  'tsalt-call': { flags: ['--interrupt-budget=1000000', '--no-incremental-marking'], prepare: minionSample },
  tsalt: { prepare: asking('*', 'test.arg', '1', 'a=b') },
  'tsalt-run': { prepare: asking('jobs.list_jobs', 'count=1') },
  'tsalt-cp': { prepare: asking('*', import.meta.filename, '/tmp/x') },
  'tsalt-key': {
    async prepare(place) {
      await masterFiles(place);
      return ['-L'];
    },
  },
};
