import assert from 'node:assert/strict';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { inFolder } from './folder.js';
import { runFile, worldAt } from './world.js';

async function manageSigned(verified: boolean | undefined, signature: Value): Promise<{ outcome: PlainMap; asked: PlainMap; sourceLeft: boolean }> {
  return inFolder(async (top) => {
    const source = join(top, 'src');
    await writeFile(source, 'content\n');
    await writeFile(join(top, 'sig'), 'signature');
    let asked: PlainMap = {};
    const verify = (_args: readonly Value[], kwargs: PlainMap): Value => {
      asked = kwargs;
      return { res: verified ?? false, message: 'bad signature' };
    };
    const world = worldAt(top, verified === undefined ? {} : { calls: { 'gpg.verify': verify } });
    const sum = { hash_type: 'sha256', hsum: await runFile('get_hash', [source], {}, world) };
    const args: Value[] = [join(top, 'new'), source, {}, source, sum, null, null, null, null, 'base', ''];
    const given = typeof signature === 'string' ? join(top, signature) : signature;
    const outcome = await runFile('manage_file', args, { signature: given, signed_by_any: ['key'] }, world) as PlainMap;
    const text = JSON.stringify({ outcome, asked }).replaceAll(top, '@');
    const sourceLeft = await access(source).then(() => true, () => false);
    return { ...(JSON.parse(text) as { outcome: PlainMap; asked: PlainMap }), sourceLeft };
  });
}

test('manage_file() takes a source whose signature is right', async () => {
  const { outcome, asked } = await manageSigned(true, 'sig');
  assert.equal(outcome['result'], true);
  assert.deepEqual(asked, { filename: '@/src', signature: '@/sig', keyring: null, gnupghome: null, signed_by_any: ['key'], signed_by_all: null });
});

test('manage_file() asks for an inline signature when it is told True', async () => {
  const { asked } = await manageSigned(true, true);
  assert.equal(asked['signature'], null);
});

test('manage_file() refuses a source whose signature is wrong and removes it', async () => {
  const { outcome, sourceLeft } = await manageSigned(false, 'sig');
  assert.equal(outcome['result'], false);
  assert.equal(outcome['comment'], "Failed checking new file's signature: The file's signature could not be verified: bad signature");
  assert.deepEqual(outcome['changes'], {});
  assert.equal(sourceLeft, false);
});

test('manage_file() says when signatures cannot be checked', async () => {
  const { outcome } = await manageSigned(undefined, 'sig');
  assert.match(String(outcome['comment']), /^Failed checking new file's signature: Signature verification requires the gpg module/);
});
