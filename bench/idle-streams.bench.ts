/**
 * Many event streams that nobody reads from: what each takes, and what they cost everything else. `idle-streams [count]`
 */
import type { ApiClient, Stream } from './kit/api-client.js';
import { CREDENTIALS, MINION, startApi } from './kit/api-host.js';
import { sayConditions } from './kit/conditions.js';
import { pause } from './kit/hosts.js';
import { cpuSeconds, descriptors, privateMegabytes } from './kit/processes.js';
import { median, printCells, printHead, shown } from './kit/table.js';

const COUNT = Number(process.argv[2] ?? 10_000);
/** Connections asked for at once. */
const STEP = 200;
const OPEN_MS_MAX = 120_000;
const IDLE_MS = 10_000;
const RUNS = 50;

/** Milliseconds of a job with its answer, the median of some. */
async function runMs(client: ApiClient, headers: Readonly<Record<string, string>>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const began = performance.now();
    const { status, text } = await client.send('POST', '/', { headers, body: { client: 'local', tgt: MINION, fun: 'test.ping' } });
    if (status !== 200 || !text.includes('true')) throw new Error(`a job: ${status} ${text}`);
    times.push(performance.now() - began);
  }
  return median(times);
}

async function until(isDone: () => boolean, what: string): Promise<void> {
  for (const late = performance.now() + OPEN_MS_MAX; !isDone(); await pause(50)) if (performance.now() > late) throw new Error(`${what} took more than ${OPEN_MS_MAX / 1000} s`);
}

async function openAll(client: ApiClient, headers: Readonly<Record<string, string>>): Promise<Stream[]> {
  const streams: Stream[] = [];
  while (streams.length < COUNT) {
    const some = Array.from({ length: Math.min(STEP, COUNT - streams.length) }, () => client.stream(headers, 'tag: '));
    streams.push(...some);
    await until(() => some.every(({ isOpen, isEnded }) => isOpen || isEnded), 'opening');
  }
  return streams;
}

sayConditions();
const { client, hosts, stop } = await startApi('tsalt');
let held = 0;
try {
  const pid = hosts[0]?.child.pid ?? 0;
  const { token } = await client.send('POST', '/login', { body: CREDENTIALS });
  const headers = { 'X-Auth-Token': token };
  const before = { megabytes: privateMegabytes(pid), descriptors: descriptors(pid), runMs: await runMs(client, headers) };
  const streams = await openAll(client, headers);
  await pause(1000);
  const [megabytes, cpu] = [privateMegabytes(pid), cpuSeconds(pid)];
  await pause(IDLE_MS);
  const idleCpu = ((cpuSeconds(pid) - cpu) * 1000) / IDLE_MS;
  held = streams.filter(({ isOpen, isEnded }) => isOpen && !isEnded).length;
  const during = await runMs(client, headers);
  for (const stream of streams) stream.close();
  await until(() => descriptors(pid) <= before.descriptors + 50, 'closing');
  printHead(`Idle event streams: ${shown(COUNT)} of one API`, ['', 'before', 'with them', 'after']);
  printCells(['streams open', '0', shown(held), '0']);
  printCells(['private memory of the API', `${shown(before.megabytes)} MB`, `${shown(megabytes)} MB (${shown(((megabytes - before.megabytes) * 1024) / COUNT)} KB each)`, `${shown(privateMegabytes(pid))} MB`]);
  printCells(['descriptors', shown(before.descriptors), '', shown(descriptors(pid))]);
  printCells(['CPU while nothing happens', '', `${shown(idleCpu * 100)} %`, '']);
  printCells(['a job with its answer, median', `${shown(before.runMs)} ms`, `${shown(during)} ms, each event also to all streams`, `${shown(await runMs(client, headers))} ms`]);
} finally {
  await stop();
}
process.exit(held === COUNT ? 0 : 1);
