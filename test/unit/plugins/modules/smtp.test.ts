/** Module and state smtp, with a real mail server. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { MailServer, skipWithoutMailServer } from '../../../support/servers/mail-server.js';
import { freePort } from '../../../support/servers/program-server.js';
import { minionFolder, openStateHost } from '../../../support/state-host.js';

const options = { skip: skipWithoutMailServer };
const root = mkdtempSync(join(tmpdir(), 'smtp-'));
after(() => rmSync(root, { recursive: true, force: true }));

test('smtp.send_msg sends to all, by what the call or a profile says, with files', options, async () => {
  await using server = await MailServer.start({ user: 'ops', password: 'secret' });
  const profile = { 'smtp.server': `127.0.0.1:${server.port}`, 'smtp.tls': false, 'smtp.sender': 'salt@example.org', 'smtp.username': 'ops', 'smtp.password': 'secret' };
  await using host = await openStateHost(minionFolder(join(root, 'one'), { 'mail-account': profile }));
  const file = join(root, 'repört.txt');
  writeFileSync(file, 'all is well\n');
  assert.equal(await host.call('smtp.send_msg', ['a@example.org, b@example.org', 'Grüße'], { subject: 'Done', profile: 'mail-account', attachments: [file] }), true);
  const mail = await server.mail();
  assert.deepEqual([mail.from, mail.to, mail.login], ['salt@example.org', ['a@example.org', 'b@example.org'], 'ops']);
  assert.match(mail.text, /^Subject: Done\r$/m);
  assert.match(mail.text, /^Content-Type: multipart\/mixed; boundary="=_\w{32}"\r$/m);
  assert.ok(mail.text.includes(Buffer.from('Grüße').toString('base64')));
  assert.match(mail.text, /filename\*=utf-8''rep%C3%B6rt\.txt/);
  assert.ok(mail.text.includes(Buffer.from('all is well\n').toString('base64')));
});

test('smtp.send_msg says what is missing, who is refused, and what answers', options, async () => {
  await using server = await MailServer.start();
  await using host = await openStateHost(minionFolder(join(root, 'two')));
  const here = { server: `127.0.0.1:${server.port}`, use_ssl: false, sender: 'salt@example.org' };
  await assert.rejects(host.call('smtp.send_msg', ['a@example.org', 'x'], {}), /needs a recipient, a sender and a server/);
  await assert.rejects(host.call('smtp.send_msg', ['a@example.org', 'x'], { profile: 'none' }), /no profile 'none'/);
  await assert.rejects(host.call('smtp.send_msg', ['nobody@example.org', 'x'], here), /550 no such user/);
  await assert.rejects(host.call('smtp.send_msg', ['a@example.org\r\nRCPT TO:<b@example.org>', 'x'], here), /is no mail address/);
  await assert.rejects(host.call('smtp.send_msg', ['a@example.org', 'x'], { ...here, use_ssl: 'True' }), /cannot be reached/);
  await assert.rejects(host.call('smtp.send_msg', ['a@example.org', 'x'], { ...here, attachments: ['/nonexistent/file'] }), /nonexistent/);
});

test('the state smtp.send_msg foretells, sends, and fails with the reason', options, async () => {
  await using server = await MailServer.start();
  await using host = await openStateHost(minionFolder(join(root, 'three')));
  const args = { name: 'the text', recipient: 'a@example.org', subject: 's', sender: 'salt@example.org', use_ssl: false, server: `127.0.0.1:${server.port}` };
  assert.deepEqual(await host.run('smtp.send_msg', args, { test: true }), { name: 'the text', changes: {}, result: null, comment: 'Need to send message to a@example.org: the text' });
  assert.equal(server.count, 0);
  assert.deepEqual(await host.run('smtp.send_msg', args), { name: 'the text', changes: {}, result: true, comment: 'Sent message to a@example.org: the text' });
  assert.match((await server.mail()).text, /the text/);
  const { result, comment } = await host.run('smtp.send_msg', { ...args, server: `127.0.0.1:${await freePort()}` });
  assert.equal(result, false);
  assert.match(String(comment), /^Unable to send message to a@example\.org: the text: The mail server at 127\.0\.0\.1:\d+ cannot be reached: /);
});
