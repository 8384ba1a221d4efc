import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CommandExecutionError, CommandNotFoundError, FunctionMissingError, InvocationError, PythonError } from '../../../../src/kernel/contract/errors.js';
import { callFailure, clientFailure, compoundFailure, jobFailure, missingFunctionReturn, pythonClass } from '../../../../src/kernel/loader/failure-text.js';

const missing = new PythonError('TypeError', "need() missing 1 required positional argument: 'text'");
const keywords = new InvocationError('The following keyword arguments are not valid: bogus=1', { context: { keywords: ['bogus'] } });

/** Source: golden cli/salt-cmderr, salt-missing-args, salt-unexpected-kwarg, salt-unknown-fun; events/job-error. */
const jobs: readonly [unknown, string][] = [
  [new CommandExecutionError('it broke'), 'ERROR: it broke'],
  [new PythonError('salt.exceptions.CheckError', 'it broke'), 'ERROR: it broke'],
  [new CommandNotFoundError('no psql'), "Command required for 'demo.need' not found: no psql"],
  [keywords, "ERROR executing 'demo.need': The following keyword arguments are not valid: bogus=1"],
  [missing, "Passed invalid arguments to demo.need: need() missing 1 required positional argument: 'text'\nReturn the text that is required."],
  [new FunctionMissingError('demo.need'), "'demo.need' is not available."],
];
for (const [error, text] of jobs) {
  test(`jobFailure() gives: ${text.split('\n')[0]}`, () => {
    assert.deepEqual(jobFailure('demo.need', error, 'Return the text that is required.'), { text, retcode: 1, out: 'nested' });
  });
}

test('jobFailure() shows other exceptions as a Python traceback that ends in class and message', () => {
  const { text } = jobFailure('demo.boom', new PythonError('ValueError', 'kaboom'));
  assert.match(text, /^The minion function caused an exception: Traceback \(most recent call last\):\n(?: {2}File ".+", line \d+, in .+\n)+ValueError: kaboom\n$/);
  assert.ok(!text.includes('node:internal'));
  assert.match(jobFailure('demo.boom', new PythonError('AssertionError', '')).text, /\nAssertionError\n$/);
});

test('a failure of the operating system has the class and the text of Python', () => {
  let met: unknown;
  try {
    readFileSync('/no/such/file');
  } catch (error) {
    met = error;
  }
  assert.match(jobFailure('demo.boom', met).text, /\nFileNotFoundError: \[Errno 2\] No such file or directory: '\/no\/such\/file'\n$/);
});

test('a function missing inside of another is a KeyError of that other one', () => {
  assert.match(jobFailure('test.cross_test', new FunctionMissingError('no.fun')).text, /^The minion function caused an exception: Traceback[\s\S]*\nKeyError: 'no\.fun'\n$/);
});

test('errors of another copy of the classes are told by their code', () => {
  const foreign = Object.assign(new Error('it broke'), { code: 'job.command_failed' });
  assert.equal(jobFailure('a.b', foreign).text, 'ERROR: it broke');
  assert.equal(jobFailure('a.b', 'thrown text').text.split('\n').at(-2), 'Error: thrown text');
});

test('compoundFailure() is the traceback alone, golden cli/salt-multi-fun-oneerr', () => {
  assert.match(compoundFailure(new CommandExecutionError('x')).text, /^Traceback \(most recent call last\):\n[\s\S]*salt\.exceptions\.CommandExecutionError: x\n$/);
});

test('missingFunctionReturn() adds the documentation of functions that begin alike', () => {
  assert.equal(missingFunctionReturn('a.b', 'text', {}), 'text');
  assert.deepEqual(missingFunctionReturn('test.tru', 'text', { 'test.true': 'Gives True.' }), { 'test.true': 'Gives True.', 'test.tru': 'text' });
});

/** Source: golden cli/call-unknown-fun, call-cmderr, call-missing-arg; observed, `salt-call test.echo a bogus=1`. */
test('callFailure() gives outputs and exit code of salt-call', () => {
  assert.deepEqual(callFailure('test.nosuch', new FunctionMissingError('test.nosuch')), { stdout: '', stderr: "'test.nosuch' is not available.\n", exitCode: 255 });
  assert.deepEqual(callFailure('demo.cmderr', new CommandExecutionError('it broke')), { stdout: '', stderr: "Error running 'demo.cmderr': it broke\n", exitCode: 1 });
  assert.deepEqual(callFailure('demo.need', missing, 'Return the text that is required.'), {
    stdout: 'Return the text that is required.\n',
    stderr: "\nPassed invalid arguments: need() missing 1 required positional argument: 'text'.\n\nUsage:\n", exitCode: 1,
  });
  assert.deepEqual(callFailure('demo.need', keywords), { stdout: '', stderr: 'The following keyword arguments are not valid: bogus=1\n', exitCode: 1 });
  const { stderr, exitCode, log = '' } = callFailure('demo.boom', new PythonError('ValueError', 'kaboom'));
  assert.equal(exitCode, 1);
  assert.ok(log.startsWith("An un-handled exception was caught by Salt's global exception handler:\nValueError: kaboom\nTraceback (most recent call last):\n"));
  assert.ok(log.endsWith('\nValueError: kaboom'));
  assert.match(stderr, /^Traceback \(most recent call last\):\n[^]*\nValueError: kaboom\n$/, 'said once more besides the log');
});

/** Source: golden cli/run-missing-arg, run-boom. */
test('clientFailure() gives the return of a runner', () => {
  assert.deepEqual(clientFailure('runner', 'jobs.lookup_jid', new PythonError('TypeError', "lookup_jid() missing 1 required positional argument: 'jid'"), 'DOC'), {
    text: "\nPassed invalid arguments: lookup_jid() missing 1 required positional argument: 'jid'\n\nUsage:\nDOC", success: true, retcode: undefined,
  });
  const boom = clientFailure('runner', 'demorun.boom', new PythonError('ValueError', 'kaboom'));
  assert.match(boom.text, /^Exception occurred in runner demorun\.boom: Traceback \(most recent call last\):\n[\s\S]*\nValueError: kaboom\n$/);
  assert.deepEqual([boom.success, boom.retcode], [false, 1]);
});

test('pythonClass() names the classes of Salt', () => {
  assert.equal(pythonClass(new InvocationError('x')), 'salt.exceptions.SaltInvocationError');
  assert.equal(pythonClass(new RangeError('x')), 'RangeError');
});
