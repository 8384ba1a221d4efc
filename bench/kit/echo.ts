/** The transport alone: requests a second, and memory for each peer, of each server of the two ports. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ServerKind } from '../../src/bus/transport/serve.js';
import { ZmtpConnection, ZmtpRequester } from '../../src/swarm/zmtp.js';
import { pause, repository } from './hosts.js';
import { cpuSeconds, privateMegabytes } from './processes.js';

export interface EchoLimits {
  readonly perSecond: number;
  /** CPU of the answering process for each request, in microseconds. */
  readonly cpuUs: number;
  /** Memory for each peer with its two connections, in kB. */
  readonly peerKilobytes: number;
}

const BYTES = 500;
const REQUESTS = 20_000;

export async function echoLimits(kind: ServerKind, peers: number): Promise<EchoLimits> {
  const child = spawn(process.execPath, [join(repository, 'build/bench/echo-process.js'), kind], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const [requestPort = 0, publishPort = 0] = String((await lines.next()).value).split(' ').map(Number);
    const pid = child.pid ?? 0;
    const before = privateMegabytes(pid);
    const requesters = Array.from({ length: peers }, () => new ZmtpRequester('127.0.0.1', requestPort));
    const body = Buffer.alloc(BYTES);
    const all = (): Promise<unknown> => Promise.all(requesters.map((requester) => requester.request(body, 60_000)));
    await all();
    const subscribers = await subscribed(publishPort, peers);
    const rounds = Math.ceil(REQUESTS / peers);
    for (let round = 0; round < rounds / 4; round += 1) await all();
    const [began, cpu] = [performance.now(), cpuSeconds(pid)];
    for (let round = 0; round < rounds; round += 1) await all();
    const seconds = (performance.now() - began) / 1000;
    const cpuUs = ((cpuSeconds(pid) - cpu) / (peers * rounds)) * 1e6;
    child.stdin.write('publish\n');
    await pause(500);
    const peerKilobytes = ((privateMegabytes(pid) - before) / peers) * 1024;
    for (const requester of requesters) requester.close();
    for (const subscriber of subscribers) subscriber.close();
    return { perSecond: (peers * rounds) / seconds, cpuUs, peerKilobytes };
  } finally {
    child.kill('SIGKILL');
  }
}

async function subscribed(port: number, peers: number): Promise<ZmtpConnection[]> {
  const subscribers: ZmtpConnection[] = [];
  for (let at = 0; at < peers; at += 1) {
    const subscriber = new ZmtpConnection('127.0.0.1', port, 'SUB', { message: () => undefined, close: () => undefined });
    await subscriber.ready;
    subscriber.subscribe('');
    subscriber.subscribe(String(at).padStart(64, '0'));
    subscribers.push(subscriber);
  }
  return subscribers;
}
