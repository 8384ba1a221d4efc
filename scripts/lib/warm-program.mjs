// Runs a linked program once over a sample in a folder of its own, and writes what the engine compiled beside the program.
// The flags are those that the program sets before it loads the file (`src/cli/programs/tsalt-call.ts`).
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { SAMPLES } from './samples.mjs';

const [folder, name] = process.argv.slice(2);
const { flags = [], prepare } = SAMPLES[name];
for (const flag of flags) setFlagsFromString(flag);
const file = join(folder, `${name}.cjs`);
const script = new Script(readFileSync(file, 'latin1'), { filename: file });

const place = mkdtempSync(join(tmpdir(), 'tsw'));
process.on('exit', () => {
  rmSync(place, { recursive: true, force: true });
  const draft = join(folder, `${name}.${process.pid}`);
  writeFileSync(draft, script.createCachedData());
  renameSync(draft, join(folder, `${name}.${cachedDataVersionTag()}.cache`));
});
process.argv = [process.argv[0], name, '-c', place, ...await prepare(place)];
await script.runInThisContext()(createRequire(file), pathToFileURL(file).href, (module) => import(module))();
