/**
 * What must not compile: each line below `@ts-expect-error` is wrong on purpose, and the compiler complains when it is not. So the check
 * of types is the test; that it is made is what runs here.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const compiler = join(root, 'node_modules/.bin/tsc');
const contract = join(root, 'src/kernel/contract');

/** Lines of a file that uses the contract; those that begin with `wrong:` must not compile, each by itself. */
const LINES = `
declare const text: string; declare const jid: Jid; declare const id: MinionId; declare const ctx: Context;
const asText: string = jid + id;
const parsed: Jid | undefined = parseJid(text);
const one = fn({ doc: '', params: { name: p.string(), count: p.int(1), maybe: p.string(null), rest: p.rest(), kw: p.keywords() }, run({ name, count, maybe, rest, kw }) {
  const a: string = name; const b: number = count; const c: string | null = maybe; const d: readonly Value[] = rest; const e: PlainMap = kw;
  return [a, b, c, [...d], e]; } });
const none = fn({ doc: '', run: () => null });
const later = fn({ doc: '', run: async (_args, { call }) => call('test.ping') });
const module = defineModule({ name: 'm', doc: '', functions: { one, none, later } });
const files: FilePort = ctx.port('files');
wrong:const brandless: Jid = text;
wrong:const plain: Jid = '20260102030405000006';
wrong:const swapped: MinionId = jid;
wrong:const unchecked: MinionId = parseMinionId(text);
wrong:fn({ doc: '', params: { name: p.string() }, run: ({ name }) => name.toFixed() });
wrong:fn({ doc: '', params: { name: p.string(null) }, run: ({ name }) => name.length });
wrong:fn({ doc: '', params: { name: p.string() }, run: ({ other }) => other });
wrong:fn({ doc: '', params: { count: p.int() }, run: ({ count }) => count.length });
wrong:fn({ doc: '', params: { name: 'string' }, run: () => null });
wrong:fn({ doc: '', run: () => undefined });
wrong:fn({ doc: '', run: () => new Date() });
wrong:fn({ run: () => null });
wrong:defineModule({ name: 'm', functions: {} });
wrong:defineModule({ name: 'm', doc: '', functions: { f: () => null } });
wrong:ctx.port('filez');
wrong:ctx.port('files').nothing;
wrong:ctx.opts['a'] = 1;
wrong:const load: Publication['fun'] = 7;
`.split('\n').filter((line) => line !== '');

test('what the contract forbids does not compile, what it allows does', () => {
  const folder = mkdtempSync(join(root, 'build/types-'));
  try {
    const file = join(folder, 'use.ts');
    writeFileSync(file, [
      `import type { Context } from '${contract}/context.js';`, `import { parseJid, parseMinionId, type Jid, type MinionId, type Publication } from '${contract}/job.js';`,
      `import { p } from '${contract}/params.js';`, `import { defineModule, fn } from '${contract}/plugin.js';`, `import type { FilePort } from '${contract}/ports.js';`,
      `import type { PlainMap, Value } from '${join(root, 'src/kernel/std/value.js')}';`,
      ...LINES.flatMap((line) => (line.startsWith('wrong:') ? ['// @ts-expect-error -- must not compile', line.slice('wrong:'.length)] : [line])),
      'export { asText, parsed, module, files };',
    ].join('\n'));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
      extends: join(root, 'tsconfig.json'), compilerOptions: { rootDir: root, noEmit: true }, include: ['use.ts'],
    }));
    const done = spawnSync(compiler, ['-p', folder, '--pretty', 'false'], { cwd: root, encoding: 'utf8' });
    assert.equal(done.stdout + done.stderr, '');
    assert.equal(done.status, 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
