/**
 * A program that the build joined to one file, beside it what the engine compiled of it: loading that takes a fraction of the
 * time of a hundred modules. `scripts/lib/link-program.mjs` makes both.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';
import { distDirectory } from './dist-directory.js';
import { lateRequire } from './late-require.js';

type Program = () => Promise<never>;
/** The file is the text of a function, so that it has names of its own. */
type Linked = (require: NodeJS.Require, url: string, load: (name: string) => Promise<unknown>) => Program;

/** Undefined when there is none for this engine, its flags and this processor: then the modules are loaded one by one. */
export function linkedProgram(name: string): Program | undefined {
  const folder = join(distDirectory(), 'linked', name);
  const compiled = join(folder, `${name}.${cachedDataVersionTag()}.cache`);
  if (!existsSync(compiled)) return undefined;
  const file = join(folder, `${name}.cjs`);
  // The build writes plain ASCII.
  const script = new Script(readFileSync(file, 'latin1'), { filename: file, cachedData: readFileSync(compiled) });
  if (script.cachedDataRejected === true) return undefined;
  return (script.runInThisContext() as Linked)(lateRequire(createRequire(file)), pathToFileURL(file).href, (module) => import(module));
}
