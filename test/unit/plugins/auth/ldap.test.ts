/** The plugin against a small directory of our own; elements and filters against their bytes in RFC 4511. */
import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import type { Context } from '../../../../src/kernel/contract/context.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { childrenOf, element, integer, numberOf, readElement, TAG, textOf } from '../../../../src/kernel/sys/ldap/ber.js';
import { escapeFilter, escapeName, filterBytes } from '../../../../src/kernel/sys/ldap/filter.js';
import ldap from '../../../../src/plugins/auth/ldap.js';
import { silentLog } from '../../../support/logs.js';

const PEOPLE: Readonly<Record<string, string>> = { 'uid=ann,ou=People,dc=x': 'right', 'cn=reader,dc=x': 'look' };

/** Knows people by name and password, and answers searches whose filter holds one of these texts. */
const FOUND: readonly (readonly [string, string, string | undefined])[] = [['uid\u0004\u0003ann', 'uid=ann,ou=People,dc=x', undefined], ['memberUid\u0004\u0003ann', 'cn=ops,ou=Groups,dc=x', 'ops']];

function answers(bytes: Buffer): Buffer {
  const [id, operation] = childrenOf(bytes);
  assert.ok(id !== undefined && operation !== undefined);
  const message = (...parts: Buffer[]): Buffer => element(TAG.sequence, integer(numberOf(id)), ...parts);
  const done = (tag: number, code: number): Buffer => message(element(tag, integer(code, TAG.enumerated), element(TAG.octets), element(TAG.octets)));
  if (operation.tag === 0x60) {
    const [, name, password] = childrenOf(operation.content);
    const [user, given] = [name, password].map((part) => (part === undefined ? '' : textOf(part)));
    return done(0x61, (user === '' && given === '') || (given !== '' && PEOPLE[user ?? ''] === given) ? 0 : 49);
  }
  const asked = operation.content.toString('latin1');
  const entries = FOUND.filter(([part]) => asked.includes(part)).map(([, name, cn]) => message(element(0x64, element(TAG.octets, name),
    element(TAG.sequence, ...(cn === undefined ? [] : [element(TAG.sequence, element(TAG.octets, 'cn'), element(0x31, element(TAG.octets, cn)))])))));
  return Buffer.concat([...entries, done(0x65, 0)]);
}

function serve(socket: Socket): void {
  let left = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    left = Buffer.concat([left, chunk]);
    for (let read = readElement(left); read !== undefined; read = readElement(left)) {
      left = Buffer.from(read.rest);
      // In pieces, as networks do.
      for (const byte of answers(read.element.content)) socket.write(Buffer.from([byte]));
    }
  });
}

async function withServer(work: (ctx: (more: PlainMap) => Context) => Promise<void>): Promise<void> {
  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    await work((more) => ({
      opts: { 'auth.ldap.server': '127.0.0.1', 'auth.ldap.port': port, 'auth.ldap.basedn': 'dc=x', ...more }, log: silentLog, signal: AbortSignal.timeout(20_000),
    } as unknown as Context));
  } finally {
    server.close();
  }
}

suite('logins', () => {
  test('by a name that is made of the user\'s', () => withServer(async (ctx) => {
    const made = ctx({ 'auth.ldap.binddn': 'uid={{ username }},ou=People,dc=x' });
    assert.equal(await ldap.auth('ann', 'right', made), true);
    for (const [name, password] of [['ann', 'wrong'], ['ann', ''], ['eve', 'right'], ['ann,ou=People,dc=x', 'right']] as const) assert.equal(await ldap.auth(name, password, made), false, `${name} ${password}`);
    assert.deepEqual(await ldap.groups?.('ann', 'right', made), ['ops']);
  }));
  test('by a name that is looked up', () => withServer(async (ctx) => {
    const looked = ctx({ 'auth.ldap.binddn': 'cn=reader,dc=x', 'auth.ldap.bindpw': 'look', 'auth.ldap.filter': '(uid={{username}})' });
    assert.equal(await ldap.auth('ann', 'right', looked), true);
    for (const [name, password] of [['ann', 'wrong'], ['ann', ''], ['a*', 'right'], ['*', 'right']] as const) assert.equal(await ldap.auth(name, password, looked), false, `${name} ${password}`);
    assert.deepEqual(await ldap.groups?.('ann', 'right', looked), ['ops']);
    const refused = ctx({ 'auth.ldap.binddn': 'cn=reader,dc=x', 'auth.ldap.bindpw': 'no', 'auth.ldap.filter': '(uid={{username}})' });
    assert.equal(await ldap.auth('ann', 'right', refused), false);
  }));
  test('a server that is not there is an error, not a login', () => withServer(async (ctx) => {
    await assert.rejects(async () => ldap.auth('ann', 'right', ctx({ 'auth.ldap.port': 1, 'auth.ldap.binddn': 'uid={{ username }},ou=People,dc=x' })), { code: 'ECONNREFUSED' });
  }));
});

suite('bytes', () => {
  test('numbers in as few bytes as hold them', () => {
    for (const [value, hex] of [[0, '020100'], [127, '02017f'], [128, '02020080'], [1000, '020203e8'], [2_147_483_647, '02047fffffff']] as const) assert.equal(integer(value).toString('hex'), hex);
  });
  test('what is cut off waits, what is malformed is refused', () => {
    const whole = element(TAG.octets, 'x'.repeat(300));
    for (const length of [0, 1, 3, 100]) assert.equal(readElement(whole.subarray(0, length)), undefined);
    assert.equal(readElement(whole)?.element.content.length, 300);
    assert.throws(() => readElement(Buffer.from([0x30, 0x80, 0, 0])), RangeError);
    assert.throws(() => readElement(Buffer.from([0x30, 0x84, 0x7f, 0, 0, 0])), RangeError);
    assert.throws(() => childrenOf(Buffer.from([4, 5, 1])), RangeError);
  });
  test('filters', () => {
    assert.equal(filterBytes('(cn=a)').toString('hex'), 'a3070402636e040161');
    assert.equal(filterBytes('(cn=*)').toString('hex'), '8702636e');
    assert.equal(filterBytes('(cn=a*b*c)').toString('hex'), 'a40f0402636e3009800161810162820163');
    assert.equal(filterBytes('(&(cn=a)(!(cn>=b)))').toString('hex'), 'a014a3070402636e040161a209a5070402636e040162');
    for (const wrong of ['', 'cn=a', '(cn=a', '(cn=a)x', '(&)', '(!(a=b)(c=d))', '(=a)', '('.repeat(100)]) assert.throws(() => filterBytes(wrong), RangeError, wrong);
  });
  test('values mean themselves', () => {
    assert.equal(filterBytes(`(cn=${escapeFilter('*)(x=\\')})`).toString('latin1').endsWith('*)(x=\\'), true);
    assert.equal(escapeName(' a,b=c#"\\ '), '\\20a\\2cb\\3dc\\23\\22\\5c\\20');
  });
});
