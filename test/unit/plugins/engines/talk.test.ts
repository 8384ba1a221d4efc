/** Engines that speak a protocol of their own: IRC with a real server, syslog, SQS. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { DEVICE_PATTERNS } from '../../../../src/plugins/engines/parts/device-patterns.data.js';
import { ircLine, readIrcLine } from '../../../../src/plugins/engines/parts/irc.js';
import { signed } from '../../../../src/plugins/engines/parts/sigv4.js';
import { readSyslog } from '../../../../src/plugins/engines/parts/syslog-message.js';
import { deviceData } from '../../../../src/plugins/engines/napalm_syslog.js';
import { isOpen } from '../../../support/fleet/master.js';
import { freePort } from '../../../support/fleet/site.js';
import { until } from '../../../support/fleet/until.js';
import { startEngine } from './kit.js';

const dir = mkdtempSync(join(tmpdir(), 'ts-talk-'));
after(() => rmSync(dir, { recursive: true, force: true }));

suite('lines of IRC', () => {
  test('are read into their parts', () => {
    assert.deepEqual(readIrcLine(':a!u@h.example PRIVMSG #ops :!event x : y'), { nick: 'a', host: 'h.example', command: 'PRIVMSG', params: ['#ops', '!event x : y'] });
    assert.deepEqual(readIrcLine('ping :x'), { nick: '', host: '', command: 'PING', params: ['x'] });
    assert.deepEqual(readIrcLine('@time=1 :irc.example 001 bot :Welcome').params, ['bot', 'Welcome']);
  });
  test('nothing in a text becomes a second line; a line has an end', () => {
    assert.equal(ircLine(['PRIVMSG', '#ops'], 'a\r\nQUIT :x\0'), 'PRIVMSG #ops :a QUIT :x \r\n');
    const long = ircLine(['PRIVMSG', '#o'], 'ä'.repeat(400));
    assert.ok(Buffer.byteLength(long) <= 512 && long.endsWith('ä\r\n'));
  });
});

const NGIRCD = '/usr/sbin/ngircd';

/** A person on IRC. */
async function person(port: number, nick: string): Promise<{ say(line: string): void; heard: string[]; socket: Socket }> {
  const heard: string[] = [];
  const socket = connect(port, '127.0.0.1');
  after(() => void socket.destroy());
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().split('\r\n')) {
      heard.push(line);
      if (line.startsWith('PING')) socket.write(line.replace('PING', 'PONG') + '\r\n');
    }
  });
  const say = (line: string): void => void socket.write(`${line}\r\n`);
  say(`NICK ${nick}`);
  say(`USER ${nick} 0 * :${nick}`);
  await until(`${nick} on IRC`, () => heard.some((line) => line.includes(' 001 ')), 20_000);
  say('JOIN #ops');
  return { say, heard, socket };
}

suite('ircbot', () => {
  test('with the real server ngircd: answers, takes events of those who are allowed, and of nobody else', { skip: existsSync(NGIRCD) ? false : 'needs the Debian package ngircd' }, async () => {
    const port = await freePort();
    const conf = join(dir, 'ngircd.conf');
    writeFileSync(conf, `[Global]\nName = irc.example.net\nInfo = test\nListen = 127.0.0.1\nPorts = ${port}\nMotdPhrase = hello\n[Limits]\nMaxConnectionsIP = 0\nMaxPenaltyTime = 0\n[Options]\nDNS = no\nIdent = no\nPAM = no\n`);
    const server = spawn(NGIRCD, ['-n', '-f', conf], { stdio: 'ignore' });
    after(() => void server.kill());
    await until('ngircd', () => isOpen(port), 20_000);
    const engine = await startEngine('ircbot', { nick: 'saltbot', host: '127.0.0.1', port, channels: ['ops'], allow_nicks: ['bo[bx]'] });
    await engine.said('ircbot is in the channel');
    const [bob, eve] = [await person(port, 'bob'), await person(port, 'eve')];
    bob.say('PRIVMSG #ops :!ping');
    await until('pong', () => bob.heard.some((line) => line.endsWith('PRIVMSG #ops :bob: pong')), 20_000);
    bob.say('PRIVMSG #ops :!echo some words');
    await until('the echo', () => bob.heard.some((line) => line.endsWith('PRIVMSG #ops :some words')), 20_000);
    eve.say('PRIVMSG #ops :!event deploy now');
    await until('the refusal', () => eve.heard.some((line) => line.includes('eve: You are not allowed')), 20_000);
    bob.say('PRIVMSG #ops :!event test/tag irc is useful');
    const { data } = await engine.heard('salt/engines/ircbot/test/tag');
    assert.deepEqual(data['data'], ['irc', 'is', 'useful']);
    assert.equal(engine.fired.length, 1);
    await engine.stop();
    await until('the end of the bot', () => bob.heard.some((line) => line.includes('saltbot') && line.includes(' QUIT')), 20_000);
  });
  test('no server is a failure; so is a nick with a space', async () => {
    await assert.rejects((await startEngine('ircbot', { nick: 'a', host: '127.0.0.1', port: await freePort() })).done, /ECONNREFUSED/);
    await assert.rejects((await startEngine('ircbot', { nick: 'a\nQUIT', host: '127.0.0.1' })).done, /nick has a space/);
  });
});

const JUNOS = '<189>Sep 27 20:10:05 mx480-1 mgd[4020]: UI_COMMIT_COMPLETED: commit complete';

suite('syslog', () => {
  test('messages of both forms; what is none', () => {
    assert.deepEqual(readSyslog(JUNOS), { priority: 189, facility: 23, severity: 5, time: 'Sep 27 20:10:05', host: 'mx480-1', program: 'mgd', pid: '4020', text: 'UI_COMMIT_COMPLETED: commit complete' });
    const newer = readSyslog('<165>1 2003-10-11T22:14:15.003Z host.example.com rpd 12 RPD_X [a@1 b="c"] down');
    assert.deepEqual([newer?.host, newer?.program, newer?.pid, newer?.text], ['host.example.com', 'rpd', '12', 'RPD_X: down']);
    for (const text of ['', 'hello', '<999>Sep 27 20:10:05 a b: c', '<1>no time']) assert.equal(readSyslog(text), undefined, text);
  });
  test('a message made to be slow is not', () => {
    const startedMs = performance.now();
    for (const text of [`<1>1 ${'- '.repeat(50_000)}`, `<1>1 a b c d e ${'['.repeat(60_000)}`, `<1>1 a b c d e ${'[]'.repeat(30_000)}x`, `<1>Sep 27 20:10:05 ${'a'.repeat(60_000)}`]) readSyslog(text);
    assert.ok(performance.now() - startedMs < 2000);
  });
  test('junos_syslog over UDP and TCP, several messages in a stream', async () => {
    const port = await freePort();
    const engine = await startEngine('junos_syslog', { port, address: '127.0.0.1', protocol: 'udp,tcp' });
    await engine.said('syslog listens');
    const udp = createSocket('udp4');
    after(() => void udp.close());
    udp.send('garbage', port, '127.0.0.1');
    udp.send(JUNOS, port, '127.0.0.1');
    const { data } = await engine.heard('jnpr/syslog/mx480-1/UI_COMMIT_COMPLETED');
    const { timestamp, _stamp, ...rest } = data;
    assert.match(String(timestamp), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    assert.deepEqual(rest, {
      daemon: 'mgd', event: 'UI_COMMIT_COMPLETED', facility: 23, hostip: '127.0.0.1', hostname: 'mx480-1', message: 'commit complete', pid: '4020', priority: 189, raw: JUNOS, severity: 5,
    });
    const tcp = connect(port, '127.0.0.1');
    after(() => void tcp.destroy());
    const other = '<30>Sep 27 20:10:06 a/b cron: X_Y: z';
    tcp.write(`${other}\n${other.length} ${other.replace('X_Y', 'X_Z')}\n`);
    await engine.heard('jnpr/syslog/a_b/X_Y');
    await engine.heard('jnpr/syslog/a_b/X_Z');
    assert.equal(engine.fired.length, 3);
    await engine.stop();
    assert.equal(await isOpen(port), false);
  });
  test('junos_syslog: the tag has the fields that were asked for, and none that is not there', async () => {
    const port = await freePort();
    const engine = await startEngine('junos_syslog', { port, address: '127.0.0.1', topic: 'jnpr/syslog/hostip/daemon/event' });
    await engine.said('syslog listens');
    const udp = createSocket('udp4');
    after(() => void udp.close());
    udp.send(JUNOS, port, '127.0.0.1');
    await engine.heard('jnpr/syslog/127.0.0.1/mgd/UI_COMMIT_COMPLETED');
    await assert.rejects((await startEngine('junos_syslog', { topic: 'jnpr/syslog/planet' })).done, /no field 'planet'/);
  });
  test('messages of several makers mean the same', () => {
    const read = (text: string) => {
      const data = deviceData(text, '10.0.0.1', 1_500_000_000_000, DEVICE_PATTERNS);
      return data === undefined ? undefined : [data['os'], data['error'], data['host'], data['yang_message']];
    };
    assert.deepEqual(read('<28>Mar 30 12:45:19 re0.edge01.bjm01 rpd[15852]: BGP_PREFIX_THRESH_EXCEEDED: 1.2.3.4 (External AS 123): Configured maximum prefix-limit threshold(140) exceeded for inet4-unicast nlri: 181 (instance master)'),
      ['junos', 'BGP_PREFIX_THRESH_EXCEEDED', 're0.edge01.bjm01', { peer: '1.2.3.4', asn: '123', limit: '140' }]);
    assert.deepEqual(read(JUNOS), ['junos', 'CONFIGURATION_COMMIT_COMPLETED', 'mx480-1', { text: 'commit complete' }]);
    assert.deepEqual(read('<30>Sep 27 20:10:06 sw1 mgd[1]: UI_AUTH_EVENT: x')?.slice(0, 2), ['junos', 'UI_AUTH_EVENT']);
    assert.equal(read('<30>Sep 27 20:10:06 pc cron[1]: job done'), undefined);
  });
  test('napalm_syslog: own patterns first, lists of what may pass', async () => {
    const port = await freePort();
    const engine = await startEngine('napalm_syslog', {
      port, address: '127.0.0.1', error_blacklist: ['CONFIGURATION_*'], patterns: [{ os: 'own', error: 'JOB_DONE', match: 'cron: job (?P<job>\\w+) done' }],
    });
    await engine.said('syslog listens');
    const udp = createSocket('udp4');
    after(() => void udp.close());
    udp.send(JUNOS, port, '127.0.0.1');
    udp.send('<30>Sep 27 20:10:06 pc cron[1]: job x done', port, '127.0.0.1');
    const { data } = await engine.heard('napalm/syslog/own/JOB_DONE/pc');
    assert.deepEqual(data['yang_message'], { job: 'x' });
    assert.equal(engine.fired.length, 1);
  });
});

/** Checks the signature by itself, from what the request says. */
function isSigned(headers: Readonly<Record<string, string | string[] | undefined>>, body: string, key: string): boolean {
  const [, keyid, date, region, names = '', given] = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/sqs\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(String(headers['authorization'])) ?? [];
  const list = names.split(';');
  if (keyid !== 'AKID' || !['host', 'x-amz-date', 'x-amz-target', 'content-type'].every((name) => list.includes(name))) return false;
  const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
  const canonical = `POST\n/\n\n${list.map((name) => `${name}:${String(headers[name])}\n`).join('')}\n${names}\n${sha(body)}`;
  const mac = (with_: string | Buffer, text: string): Buffer => createHmac('sha256', with_).update(text).digest();
  const secret = mac(mac(mac(mac(`AWS4${key}`, date ?? ''), region ?? ''), 'sqs'), 'aws4_request');
  return mac(secret, `AWS4-HMAC-SHA256\n${String(headers['x-amz-date'])}\n${date}/${region}/sqs/aws4_request\n${sha(canonical)}`).toString('hex') === given;
}

suite('sqs_events (a strict local server in place of the service)', () => {
  test('the signature is that of the test suite of AWS (post-vanilla)', () => {
    const { Authorization: proof } = signed({
      method: 'POST', host: 'example.amazonaws.com', path: '/', headers: {}, body: '', region: 'us-east-1', service: 'service', now: new Date('2015-08-30T12:36:00Z'),
    }, { keyid: 'AKIDEXAMPLE', key: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' });
    assert.equal(proof, 'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b');
  });
  test('messages are events, and deleted afterwards; wrong keys are a failure', async () => {
    const queue = [{ Body: '{"n": 1}', ReceiptHandle: 'r1' }, { Body: 'no json', ReceiptHandle: 'r2' }];
    const deleted: Value[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const load = JSON.parse(body) as PlainMap;
        const action = String(request.headers['x-amz-target']).replace('AmazonSQS.', '');
        const answer = (status: number, value: object) => response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.0' }).end(JSON.stringify(value));
        if (!isSigned(request.headers, body, 'secret')) return answer(403, { __type: 'SignatureDoesNotMatch' });
        if (action === 'GetQueueUrl') return answer(200, { QueueUrl: `http://q/${String(load['QueueName'])}` });
        if (action === 'DeleteMessage') return answer(200, { done: deleted.push(load['ReceiptHandle'] ?? null) });
        const left = queue.splice(0);
        return left.length > 0 ? answer(200, { Messages: left }) : undefined;
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    after(() => {
      server.closeAllConnections();
      server.close();
    });
    const profile = { keyid: 'AKID', key: 'secret', region: 'eu-central-1', endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
    await assert.rejects((await startEngine('sqs_events', { queue: 'jobs', profile: { ...profile, key: 'wrong' } })).done, /SQS answered 403 to GetQueueUrl/);
    const engine = await startEngine('sqs_events', { queue: 'jobs', profile: 'my-sqs' }, { opts: { 'my-sqs': profile, 'sqs.message_format': 'json' } });
    await until('both deleted', () => deleted.length === 2, 20_000);
    assert.deepEqual(engine.fired.map(({ tag, data }) => [tag, data['message']]), [['salt/engine/sqs', { n: 1 }], ['salt/engine/sqs', 'no json']]);
    assert.deepEqual(deleted, ['r1', 'r2']);
  });
});
