import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLine } from '../../../src/cli/parse.js';
import { EndOfProgram, UsageError } from '../../../src/cli/parsed-line.js';
import { callTable } from '../../../src/cli/options/tsalt-call.data.js';
import { cpTable } from '../../../src/cli/options/tsalt-cp.data.js';
import { keyTable } from '../../../src/cli/options/tsalt-key.data.js';
import { tsaltTable } from '../../../src/cli/options/tsalt.data.js';

const fault = (argv: readonly string[], table = tsaltTable): string => {
  try {
    parseLine(table, argv);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'no fault';
};

test('options may stand before, between and after words, in every spelling', () => {
  const { values, words, given } = parseLine(tsaltTable, ['-t', '7', 'web*', '--out=json', 'test.ping', '-vc/etc/x', 'a=1', '--batch', '25%', '--external-auth', 'pam']);
  assert.deepEqual(words, ['web*', 'test.ping', 'a=1']);
  assert.equal(values['timeout'], 7);
  assert.equal(values['output'], 'json');
  assert.equal(values['verbose'], true);
  assert.equal(values['config_dir'], '/etc/x');
  assert.equal(values['batch'], '25%');
  assert.equal(values['eauth'], 'pam');
  assert.deepEqual([...given].sort(), ['batch', 'config_dir', 'eauth', 'output', 'timeout', 'verbose']);
});

test('defaults are filled in and do not count as given', () => {
  const { values, given } = parseLine(tsaltTable, []);
  assert.equal(values['timeout'], 5);
  assert.equal(values['show_timeout'], true);
  assert.equal(values['static'], false);
  assert.deepEqual(values['return_kwargs'], {});
  assert.ok(!('output' in values));
  assert.equal(given.size, 0);
});

test('switches that turn off', () => {
  assert.equal(parseLine(tsaltTable, ['--hide-timeout']).values['show_timeout'], false);
  assert.equal(parseLine(cpTable, ['-n']).values['gzip'], false);
  assert.equal(parseLine(cpTable, []).values['gzip'], true);
});

test('an option that may be repeated gathers its values, and its default is not touched', () => {
  assert.deepEqual(parseLine(callTable, ['-m', '/a', '--module-dirs=/b']).values['module_dirs'], ['/a', '/b']);
  assert.deepEqual(parseLine(callTable, []).values['module_dirs'], []);
});

test('the last value of an option counts', () => {
  assert.equal(parseLine(tsaltTable, ['--out', 'json', '--out=txt']).values['output'], 'txt');
});

test('long options may be shortened while they are unique', () => {
  assert.equal(parseLine(tsaltTable, ['--verb']).values['verbose'], true);
  assert.equal(parseLine(keyTable, ['--finger-al']).values['finger_all'], true);
  assert.equal(parseLine(keyTable, ['--finger', 'web1']).values['finger'], 'web1');
  assert.equal(fault(['--inc'], keyTable), 'ambiguous option: --inc (--include-accepted, --include-all, --include-denied, --include-rejected?)');
});

test('two dashes end the options; one dash is a word', () => {
  assert.deepEqual(parseLine(tsaltTable, ['-', '--', '-3', '--out=json', '--']).words, ['-', '-3', '--out=json', '--']);
});

test('values may be empty, hold signs and look like options', () => {
  assert.equal(parseLine(tsaltTable, ['--metadata=']).values['metadata'], '');
  assert.equal(parseLine(tsaltTable, ['--metadata=a=b=c']).values['metadata'], 'a=b=c');
  assert.equal(parseLine(tsaltTable, ['--metadata', '--static']).values['metadata'], '--static');
  assert.equal(parseLine(tsaltTable, ['--metadata=one\ntwo']).values['metadata'], 'one\ntwo');
  assert.equal(parseLine(tsaltTable, ['--out-indent', '-1']).values['output_indent'], -1);
});

test('numbers are read as Python reads them', () => {
  const read = (text: string) => parseLine(tsaltTable, ['-t', text]).values['timeout'];
  assert.deepEqual(['10', '0x10', '0b11', '010', ' 4 ', '-2', '1_000', '0'].map(read), [10, 16, 3, 8, 4, -2, 1000, 0]);
  assert.equal(parseLine(tsaltTable, ['--batch-wait', '1.5']).values['batch_wait'], 1.5);
  for (const text of ['abc', '', '1.5', '09', '0x', '1__0']) assert.equal(fault(['-t', text]), `option -t: invalid integer value: '${text}'`);
  assert.equal(fault(['--batch-wait=x']), "option --batch-wait: invalid floating-point value: 'x'");
});

test('faults are told in the words of optparse, the first of the line', () => {
  assert.equal(fault(['--bogus', '-t', 'abc']), 'no such option: --bogus');
  assert.equal(fault(['-t', 'abc', '--bogus']), "option -t: invalid integer value: 'abc'");
  assert.equal(fault(['-3']), 'no such option: -3');
  assert.equal(fault(['-vZ']), 'no such option: -Z');
  assert.equal(fault(['--static=yes']), '--static option does not take a value');
  assert.equal(fault(['--out']), '--out option requires 1 argument');
  assert.equal(fault(['-c']), '-c option requires 1 argument');
  assert.match(fault(['--log-level', 'loud']), /^option --log-level: invalid choice: 'loud' \(choose from 'all', 'debug', 'error', /);
});

test('version and help end the program where they stand', () => {
  const ended = (argv: readonly string[]): EndOfProgram => {
    try {
      parseLine(keyTable, argv);
    } catch (error) {
      if (error instanceof EndOfProgram) return error;
      throw error;
    }
    throw new Error('it went on');
  };
  assert.equal(ended(['--version']).stdout, 'tsalt-key 3008.3 (Argon)\n');
  assert.equal(ended(['--version', '--bogus']).exitCode, 0);
  assert.equal(fault(['--bogus', '--version'], keyTable), 'no such option: --bogus');
  const help = ended(['-h']).stdout;
  assert.ok(help.startsWith('Usage: tsalt-key [options]\n\n'));
  for (const { flags } of keyTable.groups.flatMap(({ rows }) => rows)) assert.ok(help.includes(flags[0] ?? '?'), flags[0]);
});
