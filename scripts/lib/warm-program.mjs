// Runs the linked `tsalt-call` once over a sample tree in a folder of its own, and writes what the engine compiled beside the program.
// The flags are those that the program sets before it loads the file (`src/cli/programs/tsalt-call.ts`).
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

setFlagsFromString('--interrupt-budget=1000000');
const [folder, name] = process.argv.slice(2);
const file = join(folder, `${name}.cjs`);
const script = new Script(readFileSync(file, 'latin1'), { filename: file });

const place = mkdtempSync(join(tmpdir(), 'tsalt-warm-'));
const states = Array.from({ length: 20 }, (_, at) => `s${at}:\n  test.nop:\n    - require:\n      - file: made\n`).join('');
const sample = `
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
mkdirSync(join(place, 'srv'));
writeFileSync(join(place, 'minion'), JSON.stringify({ id: 'sample', root_dir: place, file_client: 'local', file_roots: { base: [join(place, 'srv')] }, pillar_roots: { base: [] } }));
writeFileSync(join(place, 'srv', 'text'), 'a {{ a }} {{ grains["os"] }}\n');
writeFileSync(join(place, 'srv', 'sample.sls'), sample + states);

process.on('exit', () => {
  rmSync(place, { recursive: true, force: true });
  const draft = join(folder, `${name}.${process.pid}`);
  writeFileSync(draft, script.createCachedData());
  renameSync(draft, join(folder, `${name}.${cachedDataVersionTag()}.cache`));
});
process.argv = [process.argv[0], name, '-c', place, '--local', '--retcode-passthrough', 'state.apply', 'sample'];
await script.runInThisContext()(createRequire(file), pathToFileURL(file).href, (module) => import(module))();
