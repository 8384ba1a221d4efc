/** `tsalt-run -d`: what the runners do, from the index of plugins. Source: golden cli/run-doc*. */
import { join } from 'node:path';
import { ModuleHost } from '../../kernel/loader/module-host.js';
import { createSys } from '../../kernel/sys/sys.js';
import type { CliContext } from '../context.js';
import { EXIT } from '../exit-code.js';

/** `asData`: through the outputter, as the call without a function has it. */
export async function showRunnerDocs(context: CliContext, name: string, asData = false): Promise<number> {
  const { opts, log, distDir } = context;
  const dirs = Array.isArray(opts['runner_dirs']) ? opts['runner_dirs'].map(String) : [];
  await using host = new ModuleHost({
    distDir, opts, log, sys: createSys(), id: String(opts['id']), ports: {}, grains: () => ({}), pillar: () => ({}),
    userDirs: (kind) => (kind === 'runners' ? [...dirs, join(String(opts['extension_modules']), 'runners')] : []),
  });
  const all = await host.catalog.functions('runners');
  const wanted = all.filter((fun) => name === '' || fun === name || fun.startsWith(name.endsWith('.') ? name : `${name}.`));
  const docs: Record<string, string> = {};
  for (const fun of wanted) {
    const doc = await host.catalog.doc('runners', fun);
    if (doc !== undefined && doc !== '') docs[fun] = doc;
  }
  if (asData) await context.show(docs, null);
  else for (const [fun, doc] of Object.entries(docs)) context.print(`${fun}:\n${doc}`);
  return EXIT.ok;
}
