/** A swarm that is told by lines on standard input what to do, and answers with the seconds it took. */
import { createInterface } from 'node:readline';
import { Swarm } from '../src/swarm/swarm.js';

const [count = 1, requestPort = 0, publishPort = 0] = process.argv.slice(2).map(Number);
const swarm = new Swarm({
  host: '127.0.0.1', requestPort, publishPort, count, prefix: 'swarm', grains: { os: 'Debian', os_family: 'Debian', role: 'web' }, returnBytes: 0,
  delayMs: 0, atOnce: 500, timeoutMs: 120_000, seed: undefined, signal: new AbortController().signal,
});
await swarm.prepare();
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const [action, each, batch] = line.split(' ');
  const began = performance.now();
  if (action === 'connect') await swarm.connect();
  else if (action === 'pillar') await swarm.pillar();
  else if (action === 'signInAgain') await swarm.signInAgain();
  else if (action === 'settle') swarm.settle();
  else if (action === 'events') await swarm.sendEvents(Number(each), Number(batch));
  process.stdout.write(`${(performance.now() - began) / 1000}\n`);
}
