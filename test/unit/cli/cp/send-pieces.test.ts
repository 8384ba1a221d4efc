import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { AskMinions } from '../../../../src/cli/cp/ask-minions.js';
import { sendPieces } from '../../../../src/cli/cp/send-pieces.js';
import type { SourceFile } from '../../../../src/cli/cp/sources.js';
import { isPlainMap, type PlainMap, type Value } from '../../../../src/kernel/std/value.js';

interface Call {
  readonly to: readonly Value[];
  readonly fun: string;
  readonly args: PlainMap;
}

/** Minions that keep what they get; `answer` may say something else than that it went well. */
function minions(answer: (call: Call, id: string) => Value | undefined): { ask: AskMinions; calls: Call[]; text: (id: string) => string } {
  const calls: Call[] = [];
  const kept = new Map<string, Buffer>();
  const ask: AskMinions = async ({ tgt }, fun, [given]) => {
    const args = isPlainMap(given ?? null) ? (given as PlainMap) : {};
    const call = { to: tgt as Value[], fun, args };
    calls.push(call);
    const returns = new Map<string, Value>();
    const missing: string[] = [];
    for (const id of call.to.map(String)) {
      const said = answer(call, id);
      if (said === null) missing.push(id);
      else if (said !== undefined) returns.set(id, said);
      else if (fun === 'cp.recv_chunked') {
        const bytes = Buffer.from(String(args['chunk']), 'base64');
        const piece = args['compressed'] === true ? gunzipSync(bytes) : bytes;
        kept.set(id, args['append'] === true ? Buffer.concat([kept.get(id) ?? Buffer.alloc(0), piece]) : piece);
        returns.set(id, true);
      } else returns.set(id, createHash('sha256').update(kept.get(id) ?? '').digest('hex'));
    }
    return Promise.resolve({ returns, missing });
  };
  return { ask, calls, text: (id) => String(kept.get(id)) };
}

function sourceFile(content: string): { file: SourceFile } & Disposable {
  const dir = mkdtempSync(join(tmpdir(), 'cp-'));
  const path = join(dir, 'f');
  writeFileSync(path, content);
  return { file: { path, dest: '/to/f', bytes: content.length, mode: 0o640 }, [Symbol.dispose]: () => rmSync(dir, { recursive: true }) };
}

const OPTIONS = { pieceBytes: 4, compressed: true, onProgress: () => undefined };

for (const compressed of [true, false]) {
  test(`a file arrives in pieces${compressed ? ', compressed' : ''}`, async () => {
    using source = sourceFile('0123456789');
    const { ask, calls, text } = minions(() => undefined);
    const seen: number[] = [];
    const placed = await sendPieces(ask, ['a', 'b'], { files: [source.file], folders: [] }, { ...OPTIONS, compressed, onProgress: ({ sentBytes }) => seen.push(sentBytes) });
    assert.deepEqual(Object.fromEntries(placed), { a: { '/to/f': true }, b: { '/to/f': true } });
    assert.equal(text('a'), '0123456789');
    assert.deepEqual(seen, [4, 8, 10]);
    assert.deepEqual(calls.map(({ fun }) => fun), ['cp.recv_chunked', 'cp.recv_chunked', 'cp.recv_chunked', 'file.get_hash']);
  });
}

test('an empty file and an empty folder are made', async () => {
  using source = sourceFile('');
  const { ask, calls } = minions(({ args }) => (args['dest'] === '/to/d' ? true : undefined));
  const placed = await sendPieces(ask, ['a'], { files: [source.file], folders: ['/to/d'] }, OPTIONS);
  assert.deepEqual(placed.get('a'), { '/to/f': true, '/to/d': true });
  assert.equal(calls.at(-1)?.args['chunk'], null);
});

test('a minion that fails gets no further pieces, and its reason is kept', async () => {
  using source = sourceFile('0123456789');
  const { ask, calls } = minions(({ fun }, id) => (id === 'b' && fun === 'cp.recv_chunked' ? '[Errno 28] No space left on device' : undefined));
  const placed = await sendPieces(ask, ['a', 'b'], { files: [source.file], folders: [] }, OPTIONS);
  assert.deepEqual(placed.get('b'), { '/to/f': '[Errno 28] No space left on device' });
  assert.deepEqual(calls.slice(1).map(({ to }) => to), [['a'], ['a'], ['a']]);
});

test('a minion that falls silent on the way is told of; one that never answered is left out', async () => {
  using source = sourceFile('0123456789');
  const { ask } = minions(({ args }, id) => (id === 'c' || (id === 'b' && args['append'] === true) ? null : undefined));
  const placed = await sendPieces(ask, ['a', 'b', 'c'], { files: [source.file], folders: [] }, OPTIONS);
  assert.deepEqual([...placed.keys()], ['a', 'b']);
  assert.match(String(placed.get('b')?.['/to/f']), /did not return\. The file is there in part/);
});

test('a file that is another one at the end is an error', async () => {
  using source = sourceFile('0123456789');
  const { ask } = minions(({ fun }) => (fun === 'file.get_hash' ? 'beef' : undefined));
  const placed = await sendPieces(ask, ['a'], { files: [source.file], folders: [] }, OPTIONS);
  assert.match(String(placed.get('a')?.['/to/f']), /^The checksum is beef instead of [0-9a-f]{64}/);
});
