/** Configuration folders for tests. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import type { HostFacts } from '../../../../src/kernel/config/host-name.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-config-')));
after(() => rmSync(base, { recursive: true }));
let count = 0;

/** A new folder with these files; `@` in them stands for the folder. */
export function tree(files: Readonly<Record<string, string>>): string {
  const folder = join(base, `t${count++}`);
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text.replaceAll('@', folder));
  }
  return folder;
}

/** A host with a name and nothing else, unless given. */
export const host = (facts: Partial<HostFacts> = {}): HostFacts => ({
  hostname: () => 'web1', namesByAddress: () => Promise.resolve([]), readText: () => undefined, addresses: () => [], ...facts,
});
