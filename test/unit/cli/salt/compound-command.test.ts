import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompoundCommandError, readCommand } from '../../../../src/cli/salt/compound-command.js';

const read = (line: string, separator = ','): unknown => readCommand(line.split(' ').filter((word) => word !== ''), { separator, noParse: [] });
const kwarg = (map: Record<string, unknown>): unknown => ({ ...map, __kwarg__: true });

test('one function with its arguments', () => {
  assert.deepEqual(read('test.ping'), { fun: 'test.ping', arg: [] });
  assert.deepEqual(read('test.arg 1 a, b=2'), { fun: 'test.arg', arg: [1, 'a,', kwarg({ b: 2 })] });
});

// Source: golden cli/salt-multi-fun*.
const several = [
  ['test.ping,test.version', ['test.ping', 'test.version'], [[], []], ','],
  ['cmd.run,test.arg ls , 1 a=2', ['cmd.run', 'test.arg'], [['ls'], [1, kwarg({ a: 2 })]], ','],
  ['cmd.run,test.ping ls,', ['cmd.run', 'test.ping'], [['ls'], []], ','],
  ['a.b,c.d 1 :: 2, ::', ['a.b', 'c.d'], [[1], ['2,']], '::'],
  ['a.b,c.d 1 , 2 , 3', ['a.b', 'c.d'], [[1], [2]], ','],
  ['a.b,c.d,e.f , 1 ,', ['a.b', 'c.d', 'e.f'], [[], [1], []], ','],
] as const;
for (const [line, fun, arg, separator] of several) {
  test(`several functions: ${line}`, () => assert.deepEqual(read(line, separator), { fun, arg }));
}

test('arguments for only some of the functions are an error', () => {
  assert.throws(() => read('a.b,c.d,e.f 1 , 2'), (error) => error instanceof CompoundCommandError && error.message === 'Cannot execute compound command without defining all arguments.');
});
