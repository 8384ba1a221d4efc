/** A case is as recorded, or it is listed as differing on purpose and does differ. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { differenceOf } from '../../golden/corpus.js';

export async function checkCase(context: TestContext, id: string, check: () => void): Promise<void> {
  const why = differenceOf('wire-live', id);
  if (why === undefined) return check();
  context.diagnostic(`listed wire-live/${id}: ${why}`);
  assert.throws(check, `${id} is listed as a difference, but is as recorded`);
  await Promise.resolve();
}
