/** Values that programs stumble over: for every field of every command. */
import { Float, mapFrom, type Value } from '../../../src/kernel/std/value.js';

const deep = Array.from({ length: 200 }).reduce<Value>((inner) => [inner], 'x');

export const HOSTILE_VALUES: readonly Value[] = [
  '', ' ', '.', '..', '../secret.txt', '../../../../etc/passwd', '/etc/shadow', '/', 'a/../../b', '..\\..\\x', 'file:///etc/passwd', 'salt://../secret.txt',
  'x'.repeat(300), 'x'.repeat(20_000), 'a\0b', '\0', 'other', 'other\0', 'ot\u200Bher', '\u043Ether', '\u202Eother', 'OTHER', ' other', '__proto__', 'constructor', 'toString', 'hasOwnProperty',
  '$(touch /tmp/x)', '`id`', '; id', '| id', '{{ 1/0 }}', '{% for a in [] %}', '(a+)+$', '[', '*', '?', 'E@(a|a)*$', 'G@os:*', 'I@*:*', 'N@x', 'not', 'and or',
  null, true, false, 0, -1, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, 2n ** 63n, 2n ** 64n - 1n, -(2n ** 63n), new Float(0), 1.5, -0.0, Infinity, -Infinity, NaN,
  [], [null], ['..', 'secret.txt'], ['other'], [[[[]]]], deep, {}, { id: 'other' }, { __kwarg__: true, x: 1 }, mapFrom([['__proto__', { cmd: 'x' }], ['constructor', 1]]), mapFrom([[1, 2], [null, 3]]),
  Buffer.of(0xff, 0xfe), Buffer.alloc(3000, 0xff), Buffer.from('20260101000000000001'), '20260101000000000001', 'req', '20260101000000000001/../x', 5,
];

/** Every field that a command of any release reads. */
export const FIELDS: readonly string[] = [
  'path', 'saltenv', 'loc', 'gzip', 'prefix', 'data', 'size', 'fun', 'arg', 'tgt', 'tgt_type', 'expr_form', 'ret', 'tmo', 'timeout', 'form', 'no_parse', 'jid', 'return', 'retcode', 'success',
  'fun_args', 'resource_id', 'tag', 'pretag', 'events', 'grains', 'resources', 'resource_grains', 'opts', 'clear', 'ver', 'ext', 'pillarenv', 'pillar_override', 'extra_minion_data', 'env_only',
  'preserve_minion_cache', 'metadata', 'out', 'nocache', 'token', 'eauth', 'username', 'password', 'user', 'key', 'kwargs', 'kwarg', 'load', 'master_id', 'arg_list', '_stamp', 'schedule', 'clean_cache', 'sig',
];
