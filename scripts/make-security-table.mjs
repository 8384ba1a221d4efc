// Writes the tables in docs/security.md: commands and rules as a running master declares them, modes of files.
import { readFileSync, writeFileSync } from 'node:fs';
import { build } from './build.mjs';
import { transpile } from './lib/transpile.mjs';

await build();
await transpile();
const { SECURITY_PAGE, securityPage } = await import('../build/test/support/security-tables.js');
writeFileSync(SECURITY_PAGE, await securityPage(readFileSync(SECURITY_PAGE, 'utf8')));
process.stdout.write('docs/security.md written\n');
