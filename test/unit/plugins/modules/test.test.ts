import assert from 'node:assert/strict';
import { test } from 'node:test';
import { floatOf, Float, type PlainMap, type Value } from '../../../../src/kernel/std/value.js';
import { listeningLog, neverAborted, testHost } from '../../../support/module-host.js';

const log = listeningLog();
const host = await testHost({ log, opts: { hash_type: 'md5', 'test.foo': 'x' }, grains: () => ({ osfullname: 'Debian', osrelease: '12', kernel: 'Linux' }) });
const session = host.session({ signal: neverAborted() });
const call = (fun: string, args: Value[] = [], kwargs: PlainMap = {}) => session.call(`test.${fun}`, args, kwargs);
const plain = (value: Value): unknown => JSON.parse(JSON.stringify(value));

/** Observed: the same calls with salt-call 3008.3. */
const answers: readonly [string, Value[], PlainMap, unknown][] = [
  ['ping', [], {}, true], ['true', [], {}, true], ['false', [], {}, false], ['version', [], {}, '3008.3'],
  ['echo', [[1, 'a']], {}, [1, 'a']], ['outputter', ['x'], {}, 'x'],
  ['arg', [1, 'two'], { three: 3 }, { args: [1, 'two'], kwargs: { three: 3 } }],
  ['arg_repr', [1, 'two', floatOf(3), [1, { a: null }]], { x: true }, { args: "(1, 'two', 3.0, [1, {'a': None}])", kwargs: "{'x': True}" }],
  ['arg_repr', ['one'], {}, { args: "('one',)", kwargs: '{}' }],
  ['arg_type', [1, 'two', floatOf(3), [1], null], { x: true }, { args: ["<class 'int'>", "<class 'str'>", "<class 'float'>", "<class 'list'>", "<class 'NoneType'>"], kwargs: { x: "<class 'bool'>" } }],
  ['assertion', [true], {}, null], ['tty', ['tty0'], {}, 'ERROR: This function has been moved to cmd.tty'],
  ['cross_test', ['test.echo', ['a']], {}, 'a'], ['sleep', ['0'], {}, true], ['rand_sleep', [0], {}, true],
  ['provider', ['test'], {}, 'test'], ['provider', ['nosuch'], {}, ''],
  ['raise_exception', ['nosuch'], {}, false], ['raise_exception', ['int'], {}, false],
  ['try', ['test.echo'], { text: 'a' }, 'a'], ['try', ['test.exception'], {}, null],
  ['try', ['test.exception'], { message: 'no', return_try_exception: true }, "Exception('no')"],
  ['random_hash', [1], { hash_type: 'sha256' }, '6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b'],
  ['rand_str', [1], {}, 'c4ca4238a0b923820dcc509a6f75849b'],
];
for (const [fun, args, kwargs, wanted] of answers) {
  test(`test.${fun} ${JSON.stringify(args)} answers as Salt`, async () => assert.deepEqual(plain(await call(fun, args, kwargs)), wanted));
}

const failures: readonly [string, Value[], string, string][] = [
  ['exception', [], 'Exception', 'Test Exception'],
  ['exception', ['Oh noes!'], 'Exception', 'Oh noes!'],
  ['assertion', [false], 'AssertionError', ''],
  ['sleep', ['abc'], 'ValueError', "invalid literal for int() with base 10: 'abc'"],
  ['fib', [-1], 'ValueError', 'Negative number is not allowed!'],
  ['raise_exception', ['KeyError', 'foo'], 'KeyError', "'foo'"],
  ['raise_exception', ['ValueError', 'a', 'b'], 'ValueError', "('a', 'b')"],
  ['raise_exception', ['IOError', 2, 'gone'], 'OSError', '[Errno 2] gone'],
  ['raise_exception', ['salt.exceptions.AuthenticationError', 'no'], 'salt.exceptions.AuthenticationError', 'no'],
  ['random_hash', [1, 'nosuch'], 'AttributeError', "module 'hashlib' has no attribute 'nosuch'"],
];
for (const [fun, args, className, message] of failures) {
  test(`test.${fun} ${JSON.stringify(args)} fails with ${className}`, () => assert.rejects(call(fun, args), { className, message }));
}

test('test.raise_exception raises the errors of modules as such', async () => {
  await assert.rejects(call('raise_exception', ['salt.exceptions.CommandExecutionError', 'wrong']), { code: 'job.command_failed', message: 'wrong' });
  await assert.rejects(call('raise_exception', ['salt.exceptions.SaltInvocationError', 'wrong']), { code: 'job.invocation', message: 'wrong' });
});

test('test.fib and test.collatz give the result and the seconds', async () => {
  assert.deepEqual((await call('fib', [10]) as Value[])[0], 55);
  assert.equal((await call('fib', ['100']) as Value[])[0], 354224848179261915075n);
  const [row, seconds] = await call('collatz', [6]) as [Value[], Value];
  assert.deepEqual(row, [6, new Float(3), new Float(10), new Float(5), new Float(16), new Float(8), new Float(4), new Float(2)]);
  assert.ok(typeof seconds === 'number' || seconds instanceof Float);
  await assert.rejects(call('collatz', [0]), { code: 'job.invocation' });
});

test('test.retcode sets the code of the session', async () => {
  const own = host.session({ signal: neverAborted() });
  await own.call('test.retcode');
  assert.equal(own.retcode, 42);
});

test('test.versions_report has sections with aligned names', async () => {
  const text = await call('versions_report') as string;
  assert.match(text, /^Salt Version:\n +Salt: 3008\.3\n +tsalt: \d+\.\d+\.\d+\n \nNode Version:\n/);
  assert.match(text, /\nSystem Versions:\n +dist: debian 12\n/);
  assert.equal(await call('versions'), text);
  assert.equal((await call('versions_information') as Record<string, PlainMap>)['Salt Version']?.['Salt'], '3008.3');
});

test('test.module_report, providers and not_loaded tell what the catalog knows', async () => {
  const report = await call('module_report') as Record<string, string[]>;
  assert.ok(report['functions']?.includes('test.module_report') === true && report['modules']?.includes('sys') === true);
  assert.equal((await call('providers') as PlainMap)['sys'], 'sys');
  assert.ok(!(await call('not_loaded') as string[]).includes('test'));
});

test('test.get_opts and opts_pkg give options, the latter with grains', async () => {
  assert.deepEqual(await call('get_opts'), { hash_type: 'md5', 'test.foo': 'x' });
  assert.equal((await call('opts_pkg') as { grains: PlainMap }).grains['kernel'], 'Linux');
});

test('test.deprecation_warning warns twice', async () => {
  assert.equal(await call('deprecation_warning'), true);
  assert.equal(log.lines.filter(({ text }) => text.includes('test deprecation warning')).length, 2);
});

test('test.stack shows frames, outermost first', async () => {
  const lines = (await call('stack') as string).trimEnd().split('\n');
  assert.ok(lines.every((line) => /^ {2}File ".+", line \d+, in .+$/.test(line)));
  assert.match(lines.at(-1) ?? '', /stackText$/);
});
