/** The plugin against a real directory, plain and with TLS; what is escaped. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Context } from '../../../../src/kernel/contract/context.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { escapeFilter, escapeName } from '../../../../src/kernel/sys/ldap/escape.js';
import ldap from '../../../../src/plugins/auth/ldap.js';
import { silentLog } from '../../../support/logs.js';
import { BASE, skipWithoutSlapd, startDirectory, type Directory } from '../../../support/servers/directory.js';

suite('logins', { skip: skipWithoutSlapd }, () => {
  let directory: Directory;
  before(async () => {
    directory = await startDirectory();
  });
  after(() => directory[Symbol.asyncDispose]());

  const ctx = (more: PlainMap): Context => ({
    opts: { 'auth.ldap.server': '127.0.0.1', 'auth.ldap.port': directory.port, 'auth.ldap.basedn': BASE, ...more }, log: silentLog, signal: AbortSignal.timeout(60_000),
  } as unknown as Context);
  const made = { 'auth.ldap.binddn': `uid={{ username }},ou=People,${BASE}` };
  const looked = { 'auth.ldap.binddn': `cn=reader,${BASE}`, 'auth.ldap.bindpw': 'look', 'auth.ldap.filter': '(&(uid={{username}})(objectClass=inetOrgPerson))' };
  const WRONG = [['ann', 'wrong'], ['ann', ''], ['eve', 'right'], ['bob', 'right'], [`ann,ou=People,${BASE}`, 'right'], ['', 'right']] as const;

  test('by a name that is made of the user\'s', async () => {
    assert.equal(await ldap.auth('ann', 'right', ctx(made)), true);
    for (const [name, password] of WRONG) assert.equal(await ldap.auth(name, password, ctx(made)), false, `${name} ${password}`);
    assert.deepEqual((await ldap.groups?.('ann', 'right', ctx(made)) ?? []).toSorted(), ['ops', 'web']);
    assert.deepEqual(await ldap.groups?.('ann', 'wrong', ctx(made)), []);
  });
  test('by a name that is looked up', async () => {
    assert.equal(await ldap.auth('ann', 'right', ctx(looked)), true);
    for (const [name, password] of [...WRONG, ['a*', 'right'], ['*', 'right'], ['ann)(uid=*', 'right']] as const) assert.equal(await ldap.auth(name, password, ctx(looked)), false, `${name} ${password}`);
    assert.deepEqual((await ldap.groups?.('bob', 'other', ctx(looked)) ?? []).toSorted(), ['web']);
    assert.deepEqual(await ldap.groups?.('ann', 'right', ctx({ ...looked, 'auth.ldap.activedirectory': true, 'auth.ldap.groupclass': 'groupOfNames' })), ['staff']);
    assert.equal(await ldap.auth('ann', 'right', ctx({ ...looked, 'auth.ldap.bindpw': 'no' })), false);
    assert.equal(await ldap.auth('ann', 'right', ctx({ ...looked, 'auth.ldap.filter': '(objectClass=inetOrgPerson)' })), false, 'more than one entry is nobody');
  });
  test('with TLS, whose certificate counts', async () => {
    for (const options of [{ 'auth.ldap.starttls': true }, { 'auth.ldap.tls': true, 'auth.ldap.port': directory.tlsPort }, { 'auth.ldap.uri': `ldaps://127.0.0.1:${directory.tlsPort}` }]) {
      assert.equal(await ldap.auth('ann', 'right', ctx({ ...made, ...options, 'auth.ldap.no_verify': true })), true, JSON.stringify(options));
      assert.equal(await ldap.auth('ann', 'wrong', ctx({ ...made, ...options, 'auth.ldap.no_verify': true })), false, JSON.stringify(options));
      await assert.rejects(async () => ldap.auth('ann', 'right', ctx({ ...made, ...options })), /certificate/);
    }
  });
  test('a server that is not there is an error, not a login', async () => {
    await assert.rejects(async () => ldap.auth('ann', 'right', ctx({ ...made, 'auth.ldap.port': 1 })), /ECONNREFUSED|connect/);
    await assert.rejects(async () => ldap.auth('ann', 'right', ctx({ ...looked, 'auth.ldap.filter': '(uid={{username}}' })));
  });
});

test('values mean themselves', () => {
  assert.equal(escapeFilter('*)(x=\\'), '\\2a\\29\\28x=\\5c');
  assert.equal(escapeName(' a,b=c#"\\ '), '\\20a\\2cb\\3dc\\23\\22\\5c\\20');
});
