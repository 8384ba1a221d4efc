import assert from 'node:assert/strict';
import { test } from 'node:test';
import { helpText } from '../../../src/cli/help.js';
import { on, text, type ProgramTable } from '../../../src/cli/options/option.js';

const table: ProgramTable = {
  name: 'prog', usage: '[options] <word>', description: 'What it is for.',
  rows: [on('-y --yes', 'yes', 'Agree.'), text('-c --config-dir', 'config_dir', 'Read the configuration from here.')],
  groups: [{ title: 'Others', doc: 'More of them.', rows: [text('--out', 'output', 'Where results go, in a sentence that is too long for one line of the help.')] }],
};

test('the help is laid out as optparse does it', () => {
  assert.equal(helpText(table), `Usage: prog [options] <word>

What it is for.

Options:
  -y, --yes             Agree.
  -c CONFIG_DIR, --config-dir=CONFIG_DIR
                        Read the configuration from here.

  Others:
    More of them.

    --out=OUTPUT        Where results go, in a sentence that is too long for
                        one line of the help.

More about prog stands in its documentation.
`);
});

test('no line is wider than the terminal', () => {
  for (const columns of [50, 80, 120]) {
    const widest = Math.max(...helpText(table, columns).split('\n').filter((line) => !line.includes('--config-dir')).map((line) => line.length));
    assert.ok(widest <= columns - 2, `${widest} of ${columns}`);
  }
});
