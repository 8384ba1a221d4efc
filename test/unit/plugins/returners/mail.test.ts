/** smtp and the mails of highstate, with a real mail server. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ReturnerQueues } from '../../../../src/bus/returners/returner-queue.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { listeningLog } from '../../../support/module-host.js';
import { freePort } from '../../../support/servers/program-server.js';
import { MailServer, skipWithoutMailServer } from '../../../support/servers/mail-server.js';
import { openReturner, result } from '../../../support/servers/open-returner.js';

const skip = skipWithoutMailServer;
const root = mkdtempSync(join(tmpdir(), 'mail-'));
after(() => rmSync(root, { recursive: true, force: true }));

const options = (port: number, more: PlainMap = {}): PlainMap => ({
  smtp: { from: 'salt@example.org', to: 'a@example.org, Two <b@example.org>', host: '127.0.0.1', port, subject: 'Salt', ...more },
});

test('smtp sends the fields of a result to all who shall get it', { skip }, async () => {
  await using server = await MailServer.start();
  const { returner } = await openReturner(root, 'smtp', options(server.port, { fields: 'id,fun,nothing' }));
  await returner.call('returner', [result({ return: { a: ['.', '.begins', true] } })]);
  const { from, to, text, secure } = await server.mail();
  assert.deepEqual([from, to, secure], ['salt@example.org', ['a@example.org', 'b@example.org'], false]);
  const [head = '', ...body] = text.split('\r\n\r\n');
  assert.match(head, /^From: salt@example.org\r\nTo: a@example.org, Two <b@example.org>\r\nDate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000\r\nSubject: Salt web1 test.echo\r\n/);
  assert.equal(body.join('\r\n\r\n').trimEnd(), "id: web1\r\nfunction: test.echo\r\nfunction args: ['a']\r\njid: 20260102030405678901\r\nreturn: {'a': ['.', '.begins', True]}");
});

test('smtp keeps the lines that begin with a dot, letters of all kinds, and one subject', { skip }, async () => {
  await using server = await MailServer.start();
  const port = { template: (text: string, _engine: string, { variables }: { variables: PlainMap }) => Promise.resolve(text.replaceAll(/\{\{(\w+)\}\}/g, (_all, name: string) => String(variables[name]))) };
  const template = join(root, 'template');
  execFileSync('sh', ['-c', `printf '.\\n..two\\n{{id}}\\n' > ${template}`]);
  const { returner } = await openReturner(root, 'smtp', options(server.port, { subject: 'Grüße {{id}}\nBcc: c@example.org', template }), { ports: { render: port as never } });
  await returner.call('returner', [result()]);
  const { text, to } = await server.mail();
  const [head = '', body] = text.split('\r\n\r\n');
  assert.equal(body?.trimEnd(), '.\r\n..two\r\nweb1');
  assert.doesNotMatch(head, /^Bcc/m);
  assert.deepEqual(to, ['a@example.org', 'b@example.org']);
  const word = /^Subject: =\?utf-8\?B\?(.*)\?=$/m.exec(head)?.[1] ?? '';
  assert.equal(Buffer.from(word, 'base64').toString('utf8'), 'Grüße web1 Bcc: c@example.org');
  await returner.call('returner', [result()], { ret: { ret_kwargs: { template: '', subject: 'x' } } });
  assert.match((await server.mail()).text, /Subject: x\r\n/);
});

test('smtp sends to the others when the server knows one not, and fails when it knows nobody', { skip }, async () => {
  await using server = await MailServer.start();
  const { returner, lines } = await openReturner(root, 'smtp', options(server.port, { to: ['nobody@example.org', 'a@example.org'].join(',') }));
  await returner.call('returner', [result()]);
  assert.deepEqual((await server.mail()).to, ['a@example.org']);
  assert.equal(lines.filter(({ level }) => level === 'warn').length, 1);
  const alone = await openReturner(root, 'smtp', options(server.port, { to: 'nobody@example.org' }));
  await assert.rejects(alone.returner.call('returner', [result()]), /refuses RCPT TO:<nobody@example.org>: 550 no such user/);
});

test('smtp encrypts and logs in when it is told to, and trusts only known certificates', { skip }, async () => {
  const [key, cert] = [join(root, 'key.pem'), join(root, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
  await using server = await MailServer.start({ cert, key, user: 'salt', password: 'geheim-7' });
  const login = { host: 'localhost', tls: true, username: 'salt', password: 'geheim-7' };
  const trusting = await openReturner(root, 'smtp', { ...options(server.port, login), ca_bundle: cert });
  await trusting.returner.call('returner', [result()]);
  const { login: who, secure } = await server.mail();
  assert.deepEqual([who, secure], ['salt', true]);

  const strict = await openReturner(root, 'smtp', options(server.port, login));
  await assert.rejects(strict.returner.call('returner', [result()]), /self-signed certificate/);
  const careless = await openReturner(root, 'smtp', options(server.port, { ...login, verify_ssl: false }));
  await careless.returner.call('returner', [result()]);
  assert.equal((await server.mail()).secure, true);

  const wrong = await openReturner(root, 'smtp', { ...options(server.port, { ...login, password: 'geheim-8' }), ca_bundle: cert });
  await assert.rejects(wrong.returner.call('returner', [result()]), (error: Error) => /refuses AUTH PLAIN: 535/.test(error.message) && !/geheim|AHNhbHQA/.test(`${error.stack}${JSON.stringify(error)}`));
  assert.doesNotMatch(JSON.stringify([...trusting.lines, ...wrong.lines]), /geheim/);
});

test('smtp logs in with LOGIN where that is all there is, and does not send in clear what should be encrypted', { skip }, async () => {
  await using server = await MailServer.start({ user: 'salt', password: 'p', without: ['PLAIN'] });
  const { returner } = await openReturner(root, 'smtp', options(server.port, { username: 'salt', password: 'p' }));
  await returner.call('returner', [result()]);
  assert.equal((await server.mail()).login, 'salt');
  const secure = await openReturner(root, 'smtp', options(server.port, { username: 'salt', password: 'p', tls: true }));
  await assert.rejects(secure.returner.call('returner', [result()]), /does not offer STARTTLS/);
});

test('smtp uses the alternative configuration, and the usual one for what that has not', { skip }, async () => {
  await using server = await MailServer.start();
  const { returner } = await openReturner(root, 'smtp', { ...options(server.port), 'alternative.smtp.subject': 'Other', 'alternative.smtp': { to: 'c@example.org' } });
  await returner.call('returner', [result()], { ret: { ret_config: 'alternative' } });
  const { to, text } = await server.mail();
  assert.deepEqual(to, ['c@example.org']);
  assert.match(text, /^Subject: Other\r$/m);
});

test('smtp says once that options are missing, and does not ask to be called again', async () => {
  const { returner, lines } = await openReturner(root, 'smtp', {});
  await returner.call('returner', [result()]);
  assert.deepEqual(lines.map(({ text }) => text), ['smtp.from not defined in salt config', 'smtp.to not defined in salt config', 'smtp.host not defined in salt config']);
});

test('a mail waits for a server that comes later', { skip }, async () => {
  const port = await freePort();
  const { host } = await openReturner(root, 'smtp', options(port));
  await using queues = new ReturnerQueues({ host, dir: mkdtempSync(join(root, 'q-')), log: listeningLog() });
  const queue = await queues.of('smtp');
  queue?.put('returner', result());
  await queue?.settled(10_000);
  assert.deepEqual([queue?.counters.failures, queue?.counters.waiting], [1, 1]);
  await using server = await MailServer.start({ port });
  assert.match((await server.mail()).text, /jid: 20260102030405678901/);
});
