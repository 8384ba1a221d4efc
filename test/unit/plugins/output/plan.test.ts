import assert from 'node:assert/strict';
import { test } from 'node:test';
import plan from '../../../../src/plugins/output/plan.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';

const entry = (state: string, id: string, comment: string, changes: PlainMap = {}): PlainMap => ({ state, id, name: id, sls: 'web', comment, changes });
const answers: PlainMap = {
  web2: { fails: [], changes: [entry('file.managed', '/etc/motd', 'Would change', { diff: '--- \n+++ \n@@ -1 +1 @@\n-old\n+new\n', mode: '0644' })], unknown: [], unchanged: 2 },
  db1: { fails: [], changes: [], unknown: [], unchanged: 1 },
  web1: { fails: [], changes: [entry('file.managed', '/etc/motd', 'Would change', { diff: '--- \n+++ \n@@ -1 +1 @@\n-old\n+new\n', mode: '0644' })], unknown: [], unchanged: 2 },
  bad: {
    fails: [entry('pkg.installed', 'vim', 'no such\u001b[2J package')], changes: [entry('pkg.installed', 'nginx', '', { nginx: { old: '', new: '1.2' } })],
    unknown: [{ ...entry('cmd.run', 'go', 'Command "x" would have been executed'), name: 'x' }], unchanged: 0,
  },
  lost: ['No matching sls'],
};

test('one text for all: who shares it, what would happen, counts at the end', () => {
  assert.equal(plan.output(answers, {}, {}), [
    'bad', '  would fail:', '    pkg.installed  vim  [web]', '        no such?[2J package',
    '  would change:', '    pkg.installed  nginx  [web]', '        nginx: (none) -> 1.2',
    '  would run, and cannot say beforehand what it changes:', '    cmd.run  go (x)  [web]', '        Command "x" would have been executed',
    '  0 states as they should be', '',
    'web1, web2 (2 minions)', '  would change:', '    file.managed  /etc/motd  [web]', '        Would change', '        --- ', '        +++ ', '        @@ -1 +1 @@', '        -old', '        +new',
    '        mode: 0644', '  2 states as they should be', '',
    'db1', '  nothing would change (1 state)', '',
    'lost', '  there is no plan:', '    No matching sls', '',
    'Plan for 5 minions in 3 groups: 1 with states that would fail, 3 with changes, 1 with states that cannot say, 1 unchanged, 1 without a plan',
  ].join('\n'));
});

test('differences have colours on a terminal', () => {
  const text = plan.output({ web1: answers['web1'] ?? null }, { color: true }, {}) ?? '';
  assert.ok(text.includes('\u001b[0;31m-old\u001b[0;0m\n'), text);
  assert.ok(text.includes('\u001b[0;32m+new\u001b[0;0m\n'), text);
});

test('anything else is printed as nested does', () => {
  assert.equal(plan.output({ local: true }, {}, {}), 'local:\n    True');
});
