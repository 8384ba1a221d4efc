// Writes docs/coverage.md. Builds first, so that it tells the truth about the sources as they are.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { coverageText } from './lib/coverage.mjs';
import { root } from './lib/prepare.mjs';

await build();
const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
writeFileSync(join(root, 'docs/coverage.md'), coverageText(read('dist/plugin-index.json'), read('test/golden-facts/modules.json'), read('test/golden-facts/modules-other-hosts.json')));
process.stdout.write('docs/coverage.md written\n');
