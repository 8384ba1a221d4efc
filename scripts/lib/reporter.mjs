// Prints failures as they come and skipped cases with their reason; leaves the counts in the file that TSALT_TEST_OUTCOME
// names, and the files that were ended from outside in the one that TSALT_TEST_FILES names.
import { appendFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export default async function* report(source) {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for await (const { type, data } of source) {
    if (type === 'test:stderr' || type === 'test:stdout') {
      yield data.message;
      continue;
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const error = data.details?.error;
    const isFile = data.nesting === 0 && data.name.endsWith('.js');
    if (isFile && type === 'test:fail') appendFileSync(process.env.TSALT_TEST_FILES, `1\t0\t${data.name}\n`);
    if (data.details?.type === 'suite' || error?.failureType === 'subtestsFailed') continue;
    if (type === 'test:pass') {
      if (isFile) continue;
      if (data.skip !== undefined) {
        skipped += 1;
        yield `skipped: ${data.name}: ${data.skip === true || data.skip === '' ? 'no reason given' : data.skip}\n`;
      } else passed += 1;
      continue;
    }
    failed += 1;
    const cause = error?.cause ?? error;
    const file = data.file ? relative(process.cwd(), data.file.startsWith('file:') ? fileURLToPath(data.file) : data.file) : '';
    yield `FAILED ${data.name}\n  in ${file}\n  ${String(cause?.stack ?? cause?.message ?? cause).split('\n').slice(0, 40).join('\n  ')}\n`;
  }
  writeFileSync(process.env.TSALT_TEST_OUTCOME, JSON.stringify({ passed, failed, skipped }));
}
