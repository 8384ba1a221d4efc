/**
 * The API beside real salt-api, each with its own master and one minion: requests, logins, streams of events, pages of many jobs.
 * `api [streams] [jobs] [pages]`; with `pages` only the pages.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { jidAt } from '../src/kernel/std/time.js';
import { JobStore } from '../src/master/jobs/job-store.js';
import type { ApiClient } from './kit/api-client.js';
import { CREDENTIALS, MINION, startApi } from './kit/api-host.js';
import { sayConditions } from './kit/conditions.js';
import { pause, type Host, type Side } from './kit/hosts.js';
import { cpuSeconds } from './kit/processes.js';
import { printCells, printHead, printRow, RATIO_COLUMNS, say, shown } from './kit/table.js';

const [streamsAsked = 1000, jobs = 100_000] = process.argv.slice(2).filter((word) => /^\d+$/.test(word)).map(Number);
const isPagesOnly = process.argv.includes('pages');
const CLIENTS = 8;
const SECONDS = 8;
/** Salt's server has a thread for each stream, a hundred in all. */
const STREAMS: Readonly<Record<Side, number>> = { tsalt: streamsAsked, salt: Math.min(streamsAsked, 50) };
const BURST = 100;
const BURST_MS_MAX = 60_000;
const LISTS = { perSecond: 200, seconds: 5 };
/** Jobs in one step of filling. */
const STEP = 5000;

interface Figures {
  runs: Rate;
  logins: Rate;
  burstSeconds: number;
  streams: number;
  seen: number;
}

interface Rate {
  readonly perSecond: number;
  readonly cpuMs: number;
}

const NO_RATE: Rate = { perSecond: Number.NaN, cpuMs: Number.NaN };
const NOTHING: Figures = { runs: NO_RATE, logins: NO_RATE, burstSeconds: 0, streams: 0, seen: 0 };

/** Some clients, each with the next request when the last is answered. */
async function rateOf(hosts: readonly Host[], work: () => Promise<void>): Promise<Rate> {
  await work();
  const [began, before] = [performance.now(), cpuOf(hosts)];
  let done = 0;
  await Promise.all(Array.from({ length: CLIENTS }, async () => {
    while (performance.now() - began < SECONDS * 1000) {
      await work();
      done += 1;
    }
  }));
  return { perSecond: (done / (performance.now() - began)) * 1000, cpuMs: ((cpuOf(hosts) - before) * 1000) / done };
}

const cpuOf = (hosts: readonly Host[]): number => hosts.reduce((sum, { child }) => sum + cpuSeconds(child.pid ?? 0), 0);

async function burst(side: Side, client: ApiClient, token: string): Promise<Pick<Figures, 'burstSeconds' | 'streams' | 'seen'>> {
  const headers = { 'X-Auth-Token': token };
  const streams = Array.from({ length: STREAMS[side] }, () => client.stream(headers, 'tag: salt/netapi/hook/burst'));
  try {
    for (const until = performance.now() + BURST_MS_MAX; streams.some(({ isOpen }) => !isOpen) && performance.now() < until;) await pause(50);
    const began = performance.now();
    for (let sent = 0; sent < BURST; sent += 10) await Promise.all(Array.from({ length: 10 }, () => client.send('POST', '/hook/burst', { headers, body: {} })));
    const seen = (): number => streams.filter(({ count }) => count === BURST).length;
    while (seen() < streams.length && performance.now() - began < BURST_MS_MAX) await pause(20);
    return { burstSeconds: (performance.now() - began) / 1000, streams: streams.length, seen: seen() };
  } finally {
    for (const stream of streams) stream.close();
  }
}

/** Pages of jobs at a steady pace; milliseconds, in order, and the CPU of one. */
async function lists(client: ApiClient, hosts: readonly Host[]): Promise<{ times: number[]; cpuMs: number }> {
  const { text } = await client.send('POST', '/v1/tokens', { body: CREDENTIALS });
  const headers = { Authorization: `Bearer ${(JSON.parse(text) as { token: string }).token}` };
  const times: number[] = [];
  const sent: Promise<void>[] = [];
  const [began, before] = [performance.now(), cpuOf(hosts)];
  for (let count = 0; count < LISTS.perSecond * LISTS.seconds; count += 1) {
    const late = began + (count * 1000) / LISTS.perSecond - performance.now();
    if (late > 0) await pause(late);
    sent.push((async () => {
      const start = performance.now();
      const { status, text: page } = await client.send('GET', '/v1/jobs?limit=50', { headers });
      if (status !== 200) throw new Error(`a page of jobs: ${status} ${page}`);
      times.push(performance.now() - start);
    })());
  }
  await Promise.all(sent);
  return { times: times.toSorted((a, b) => a - b), cpuMs: ((cpuOf(hosts) - before) * 1000) / times.length };
}

async function fillStore(root: string): Promise<void> {
  const folder = join(root, 'cache');
  mkdirSync(folder, { recursive: true });
  const store = new JobStore(join(folder, 'tsalt-jobs.db'));
  const endMs = Date.now() - 60_000;
  for (let from = 0; from < jobs; from += STEP) {
    const writes: Promise<unknown>[] = [];
    for (let at = from; at < Math.min(jobs, from + STEP); at += 1) {
      const startMs = endMs - (jobs - at) * 100;
      const [jid, id, fun] = [jidAt(startMs), `web${at % 1000}`, 'test.ping'];
      writes.push(store.saveJob({ jid, load: { jid, fun, arg: [], tgt: id, tgt_type: 'glob', user: 'root', ret: '' }, minions: [id], startedUnixMs: startMs }));
      writes.push(store.saveReturn({ jid, id, fun, retcode: 0, success: true, load: { id, jid, return: true }, tally: { returned: 1, failed: 0 } }, startMs + 10));
    }
    await Promise.all(writes);
  }
  store.close();
}

async function measure(side: Side, more: (client: ApiClient, hosts: readonly Host[]) => Promise<void>): Promise<Figures> {
  const { client, hosts, stop } = await startApi(side, side === 'tsalt' ? fillStore : undefined);
  try {
    const run = async (): Promise<void> => {
      const { status, text } = await client.send('POST', '/run', { body: { client: 'local', tgt: MINION, fun: 'test.ping', ...CREDENTIALS } });
      if (status !== 200 || !text.includes('true')) throw new Error(`/run of ${side}: ${status} ${text}`);
    };
    const login = async (): Promise<void> => {
      const { status, text } = await client.send('POST', '/login', { body: CREDENTIALS });
      if (status !== 200) throw new Error(`/login of ${side}: ${status} ${text}`);
    };
    await untilAnswered(run);
    if (isPagesOnly) {
      await more(client, hosts);
      return NOTHING;
    }
    const [runs, logins] = [await rateOf(hosts, run), await rateOf(hosts, login)];
    const { token } = await client.send('POST', '/login', { body: CREDENTIALS });
    const told = await burst(side, client, token);
    await more(client, hosts);
    return { runs, logins, ...told };
  } finally {
    await stop();
  }
}

/** The first request of a new fleet may come before its minion. */
async function untilAnswered(work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === 20) throw error;
      await pause(500);
    }
  }
}

sayConditions();
let pages = { times: [] as number[], cpuMs: Number.NaN };
const at = (part: number): number => pages.times[Math.floor(pages.times.length * part)] ?? Number.NaN;

function printBeside(ours: Figures, real: Figures): void {
  const cpu = (mine: Rate, its: Rate): string => `CPU of master and API for each: ${shown(mine.cpuMs)} and ${shown(its.cpuMs)} ms`;
  printRow({ what: '`/run` test.ping of one minion, with a login', unit: '/s', tsalt: ours.runs.perSecond, salt: real.runs.perSecond, isRate: true, wanted: 5, besides: cpu(ours.runs, real.runs) });
  printRow({ what: '`/login`, file', unit: '/s', tsalt: ours.logins.perSecond, salt: real.logins.perSecond, isRate: true, wanted: 10, besides: cpu(ours.logins, real.logins) });
  for (const [side, { streams, seen, burstSeconds }] of [['tsalt', ours], ['salt', real]] as const) printCells([`${side}: streams that saw all of ${BURST} events`, `${seen} of ${streams}`, `in ${shown(burstSeconds)} s`, '', '', '']);
}

const ours = await measure('tsalt', async (client, hosts) => {
  pages = await lists(client, hosts);
});
const real = isPagesOnly ? undefined : await measure('salt', async () => undefined);
printHead(`API: ${CLIENTS} clients at once`, RATIO_COLUMNS);
if (real !== undefined) printBeside(ours, real);
printCells([`\`/v1/jobs\` of ${shown(jobs)} jobs, ${LISTS.perSecond} requests a second`, `median ${shown(at(0.5))} ms`, `p99 ${shown(at(0.99))} ms`, '', '50 ms', `CPU for each: ${shown(pages.cpuMs)} ms`]);
if (ours.seen < ours.streams) say(`\ntsalt: ${ours.streams - ours.seen} streams did not see every event`);
process.exit(ours.seen < ours.streams ? 1 : 0);
