/** Finds outputters: those of users first, then the built-in ones. */
import { join } from 'node:path';
import type { Logger } from '../../kernel/contract/log.js';
import { ModuleHost } from '../../kernel/loader/module-host.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { createSys } from '../../kernel/sys/sys.js';
import type { LoadOutput } from './display.js';

export function outputLoader(opts: Readonly<PlainMap>, log: Logger, distDir: string): LoadOutput {
  const host = new ModuleHost({
    distDir, opts, log, sys: createSys(), id: String(opts['id'] ?? ''), ports: {}, grains: () => ({}), pillar: () => ({}),
    userDirs: () => folders(opts),
  });
  return async (name) => host.load('output', name);
}

function folders(opts: Readonly<PlainMap>): string[] {
  const texts = (name: string): string[] => (Array.isArray(opts[name]) ? (opts[name] as unknown[]).map(String) : []);
  const extensions = opts['extension_modules'];
  return [
    ...texts('outputter_dirs'),
    ...(typeof extensions === 'string' && extensions !== '' ? [join(extensions, 'output')] : []),
    ...texts('module_dirs').flatMap((dir) => [join(dir, 'output'), join(dir, '_output')]),
  ];
}
