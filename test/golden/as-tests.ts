/** Makes a test of every case of a corpus. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { goldenDir, type Corpus } from './corpus.js';

/**
 * Plays a corpus and registers a test for each case. A case that differs on purpose or waits for a part is written as a
 * diagnostic line of the last test, not as a pass. Without recordings the one test of the corpus is skipped with the reason.
 */
export async function corpusAsTests(corpus: Corpus): Promise<void> {
  const dir = join(goldenDir, corpus.name);
  if (!existsSync(dir)) {
    test(`golden ${corpus.name}`, { skip: 'no recordings here; set GOLDEN_DIR' });
    return;
  }
  const listed: string[] = [];
  let count = 0;
  for await (const { id, outcome, detail } of corpus.run(dir)) {
    count += 1;
    if (outcome === 'listed' || outcome === 'pending') listed.push(`${outcome} ${corpus.name}/${id}: ${detail ?? ''}`);
    else test(`golden ${corpus.name}/${id}`, () => assert.equal(outcome, 'passed', detail));
  }
  test(`golden ${corpus.name}: the corpus has cases`, (context) => {
    for (const line of listed) context.diagnostic(line);
    assert.ok(count > 0, `no case in ${dir}`);
  });
}
