/** Real watches of the kernel on real files. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { until } from '../../../support/fleet/until.js';
import { openBeacon, type AskedBeacon } from './kit.js';

const roots: string[] = [];
function folder(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'inotify-')));
  roots.push(root);
  return root;
}
after(() => roots.forEach((root) => rmSync(root, { recursive: true, force: true })));

/** Runs with a watch that is closed in the end. */
async function watching(config: PlainMap[], work: (heard: (count: number) => Promise<PlainMap[]>, beacon: AskedBeacon) => Promise<void>): Promise<void> {
  const beacon = await openBeacon('inotify');
  await beacon.watch(config);
  const all: PlainMap[] = [];
  const heard = async (count: number): Promise<PlainMap[]> => {
    await until(`${count} events, not ${JSON.stringify(all)}`, async () => all.push(...await beacon.ask(config)) >= count);
    return all;
  };
  try {
    await work(heard, beacon);
  } finally {
    await beacon.close();
  }
}

const changes = (events: readonly PlainMap[]): string[] => events.map(({ path, change }) => `${String(change)} ${String(path)}`);

describe('a watch', () => {
  test('tells each kind of change that was asked for, and no other', async () => {
    const root = folder();
    const file = join(root, 'a');
    await watching([{ files: { [root]: { mask: ['create', 'open', 'modify', 'close_write', 'delete', 'moved_from', 'moved_to'] } } }], async (heard) => {
      writeFileSync(file, 'one');
      renameSync(file, `${file}2`);
      rmSync(`${file}2`);
      const events = await heard(7);
      assert.deepEqual(changes(events), [
        `IN_CREATE ${file}`, `IN_OPEN ${file}`, `IN_MODIFY ${file}`, `IN_CLOSE_WRITE ${file}`, `IN_MOVED_FROM ${file}`, `IN_MOVED_TO ${file}2`, `IN_DELETE ${file}2`,
      ]);
      assert.ok(events.every(({ tag }) => tag === root));
    });
  });

  test('without a mask tells creation, change and removal', async () => {
    const root = folder();
    await watching([{ files: { [root]: { recurse: false } } }], async (heard) => {
      writeFileSync(join(root, 'a'), 'one');
      readFileSync(join(root, 'a'));
      rmSync(join(root, 'a'));
      assert.deepEqual(changes(await heard(3)).map((line) => line.split(' ')[0]), ['IN_CREATE', 'IN_MODIFY', 'IN_DELETE']);
    });
  });

  test('of a file finds it again after it was replaced', async () => {
    const root = folder();
    const file = join(root, 'conf');
    writeFileSync(file, 'one');
    await watching([{ files: { [file]: { mask: ['modify', 'delete_self'] } } }], async (heard) => {
      writeFileSync(`${file}.new`, 'two');
      renameSync(`${file}.new`, file);
      const first = [...await heard(2)];
      assert.deepEqual(changes(first), [`IN_DELETE_SELF ${file}`, `IN_IGNORED ${file}`]);
      await until('the watch of the new file', async () => {
        appendFileSync(file, 'three');
        return (await heard(2)).length > 2;
      });
      assert.equal((await heard(3))[2]?.['change'], 'IN_MODIFY');
    });
  });

  test('begins when its path comes', async () => {
    const path = join(folder(), 'later');
    await watching([{ files: { [path]: { mask: ['create'] } } }], async (heard) => {
      mkdirSync(path);
      let count = 0;
      await until('an event', async () => {
        writeFileSync(join(path, `f${count}`), '');
        count += 1;
        return (await heard(0)).length > 0;
      });
    });
  });

  test('reaches folders below, and with auto_add those that come later, with what is in them', async () => {
    const root = folder();
    mkdirSync(join(root, 'old', 'deep'), { recursive: true });
    await watching([{ files: { [root]: { mask: ['create'], recurse: true, auto_add: true } } }], async (heard) => {
      writeFileSync(join(root, 'old', 'deep', 'a'), '');
      await heard(1);
      mkdirSync(join(root, 'new', 'inner'), { recursive: true });
      writeFileSync(join(root, 'new', 'inner', 'b'), '');
      const events = await heard(4);
      assert.deepEqual([...new Set(changes(events))].sort(), [
        `IN_CREATE ${root}/new/inner/b`, `IN_CREATE ${root}/old/deep/a`, `IN_CREATE|IN_ISDIR ${root}/new`, `IN_CREATE|IN_ISDIR ${root}/new/inner`,
      ]);
    });
  });

  test('without recurse leaves folders below alone', async () => {
    const root = folder();
    mkdirSync(join(root, 'below'));
    await watching([{ files: { [root]: { mask: ['create'] } } }], async (heard) => {
      writeFileSync(join(root, 'below', 'a'), '');
      writeFileSync(join(root, 'b'), '');
      assert.deepEqual(changes(await heard(1)), [`IN_CREATE ${root}/b`]);
    });
  });

  test('leaves out what is excluded: by its beginning, a glob, a pattern', async () => {
    const root = folder();
    const exclude = [join(root, 'tmp'), '*.swp', { [`${root}/x[0-9]+$`]: { regex: true } }];
    await watching([{ files: { [root]: { mask: ['create'], exclude } } }], async (heard) => {
      for (const name of ['tmp1', 'a.swp', 'x12', 'x12y']) writeFileSync(join(root, name), '');
      assert.deepEqual(changes(await heard(1)), [`IN_CREATE ${root}/x12y`]);
    });
  });

  test('that coalesces tells equal changes once', async () => {
    const root = folder();
    const file = join(root, 'a');
    writeFileSync(file, '');
    const config = [{ files: { [file]: { mask: ['open', 'close_write'] } } }, { coalesce: true }];
    const beacon = await openBeacon('inotify');
    await beacon.watch(config);
    try {
      for (let round = 0; round < 5; round += 1) appendFileSync(file, 'x');
      // A file of its own shows that all before it was heard.
      let woken = 0;
      const events: PlainMap[] = [];
      await until('all changes', async () => {
        woken += 1;
        if (woken < 4) return false;
        events.push(...await beacon.ask(config));
        return events.length >= 2;
      });
      assert.deepEqual(changes(events), [`IN_OPEN ${file}`, `IN_CLOSE_WRITE ${file}`]);
    } finally {
      await beacon.close();
    }
  });

  test('names with blanks, newlines and letters beyond ASCII arrive whole', async () => {
    const root = folder();
    const names = ['with blank', 'line\nbreak', 'größe', '漢字'];
    await watching([{ files: { [root]: { mask: ['create'] } } }], async (heard) => {
      for (const name of names) writeFileSync(join(root, name), '');
      assert.deepEqual((await heard(names.length)).map(({ path }) => path), names.map((name) => join(root, name)));
    });
  });

  test('wakes whoever waits, and its program ends with it', async () => {
    const root = folder();
    const beacon = await openBeacon('inotify');
    let woken = 0;
    await beacon.watch([{ files: { [root]: { mask: ['create'] } } }], () => (woken += 1));
    assert.equal(woken, 0);
    writeFileSync(join(root, 'a'), '');
    await until('the wake', () => woken > 0);
    await beacon.close();
    writeFileSync(join(root, 'b'), '');
    assert.deepEqual(changes(await beacon.ask()).filter((line) => line.endsWith('/b')), []);
  });
});

describe('a configuration', () => {
  const cases: readonly [what: string, config: PlainMap | PlainMap[], words: string][] = [
    ['that is no list', { files: {} }, 'Configuration for inotify beacon must be a list.'],
    ['without files', [{ interval: 3 }], 'Configuration for inotify beacon must include files.'],
    ['with a list of files', [{ files: ['/etc'] }], 'Configuration for inotify beacon invalid, files must be a dict.'],
    ['with a file that has no map', [{ files: { '/etc': null } }], 'Configuration for inotify beacon must be a list of dictionaries.'],
    ['with nothing said of a file', [{ files: { '/etc': {} } }], 'Configuration for inotify beacon must contain mask, recurse or auto_add items.'],
    ['with a wrong recurse', [{ files: { '/etc': { recurse: 1 } } }], 'Configuration for inotify beacon recurse must be boolean.'],
    ['with a wrong auto_add', [{ files: { '/etc': { auto_add: 'yes' } } }], 'Configuration for inotify beacon auto_add must be boolean.'],
    ['with a mask that is no list', [{ files: { '/etc': { mask: 'create' } } }], 'Configuration for inotify beacon mask must be list.'],
    ['with an unknown mask', [{ files: { '/etc': { mask: ['bad'] } } }], 'Configuration for inotify beacon invalid mask option bad.'],
  ];
  for (const [what, config, words] of cases) {
    test(`${what} is refused in words`, async () => assert.deepEqual(await (await openBeacon('inotify')).verdict(config), [false, words]));
  }
  test('that is right is taken', async () => {
    assert.deepEqual(await (await openBeacon('inotify')).verdict([{ files: { '/etc': { mask: ['modify'] } } }]), [true, 'Valid beacon configuration']);
  });
});
