/**
 * Events and reactions under load. Ours: a steady pace of single events, then of batches, with a reactor that fits one of a hundred, a
 * listener that does not read and one that counts; no reaction may be missing, and a job in between is timed. Then both masters as fast as
 * they can: events to a listener, reactions.
 * `events [whole] [minions]`: whole is 5,000 a second for a minute and 20,000 in batches; else a fifth of it for some seconds.
 */
import { join } from 'node:path';
import { isPlainMap, type PlainMap } from '../src/kernel/std/value.js';
import { sayConditions } from './kit/conditions.js';
import { pause, startDaemon, untilOpen, type Host, type Side } from './kit/hosts.js';
import { cpuSeconds, privateMegabytes } from './kit/processes.js';
import { Counter, jobMs, prepareReactingMaster, REACTED, slowListener, statsOf } from './kit/reactions.js';
import { startSwarm, type SwarmProcess } from './kit/swarm.js';
import { median, printCells, printHead, printRow, RATIO_COLUMNS, say, shown } from './kit/table.js';

const isWhole = process.argv.includes('whole');
/** For a closer look: other numbers of seconds than these. */
const secondsAsked = Number(process.argv.find((word) => word.startsWith('seconds='))?.slice('seconds='.length) ?? 0);
const minions = Number(process.argv.slice(2).find((word) => /^\d+$/.test(word)) ?? 100);
const PACES = isWhole
  ? [{ what: 'single', perSecond: 5000, seconds: 60, batch: 1 }, { what: 'batches of 100', perSecond: 20_000, seconds: 60, batch: 100 }]
  : [{ what: 'single', perSecond: 1000, seconds: 6, batch: 1 }, { what: 'batches of 100', perSecond: 4000, seconds: 6, batch: 100 }];
const IDLE_JOBS = 20;
const JOB_EVERY_MS = 250;
const CAPACITY_EVENTS = isWhole ? 20_000 : 3000;
const REACTIONS = isWhole ? { tsalt: 2000, salt: 300 } : { tsalt: 500, salt: 60 };
const SETTLE_MS_MAX = 120_000;
const failures: string[] = [];

interface Running extends AsyncDisposable {
  readonly host: Host;
  readonly swarm: SwarmProcess;
  /** Does nothing but answer jobs, so that these do not wait for the events of others. */
  readonly asked: SwarmProcess;
}

/** Its id beside those of a swarm of several. */
const ASKED = 'swarm1';

async function open(side: Side, tags: string): Promise<Running> {
  const place = await prepareReactingMaster(tags);
  const swarm = await startSwarm(place, minions);
  const asked = await startSwarm(place, 1);
  for (const one of [swarm, asked]) await one.run(`accept ${join(place.root, 'pki/minions')}`);
  const host = startDaemon(side, 'master', place, side === 'tsalt' && process.env['TSALT_BENCH_PROFILE'] !== undefined ? ['--cpu-prof', `--cpu-prof-dir=${process.env['TSALT_BENCH_PROFILE']}`] : []);
  const dispose = async (): Promise<void> => {
    await Promise.all([swarm.stop(), asked.stop()]);
    await host.stop();
  };
  try {
    await untilOpen(host.requestPort);
    await swarm.run('connect');
    await asked.run('connect');
  } catch (error) {
    await dispose();
    throw error;
  }
  return { host, swarm, asked, [Symbol.asyncDispose]: dispose };
}

const counterOf = (stats: PlainMap, ...path: string[]): number => Number(path.reduce<unknown>((at, name) => (isPlainMap(at as PlainMap) ? (at as PlainMap)[name] : undefined), stats) ?? 0);

/** Until a number stays as it is for a while, or is as large as wanted. */
async function settled(look: () => number, wanted: number): Promise<number> {
  const until = performance.now() + SETTLE_MS_MAX;
  let [last, since] = [look(), performance.now()];
  while (last < wanted && performance.now() < until && performance.now() - since < 15_000) {
    await pause(100);
    if (look() !== last) [last, since] = [look(), performance.now()];
  }
  return last;
}

/** One minion of a hundred is reacted to. */
async function steady(): Promise<void> {
  await using running = await open('tsalt', `swarm/swarm${'1'.padStart(String(minions).length, '0')}`);
  const { host, swarm } = running;
  const pid = host.child.pid ?? 0;
  const idle: number[] = [];
  for (let at = 0; at < IDLE_JOBS; at += 1) idle.push(await jobMs(host, ASKED));
  const slow = slowListener(host);
  printHead(`Ours under load: ${minions} minions, one listener that reads and one that does not`, ['', 'sent', 'heard', 'to react to', 'reacted', 'lost', 'job, median (idle)', 'CPU of the master', 'private memory, at most']);
  for (const { what, perSecond, seconds: usual, batch } of PACES) {
    const seconds = secondsAsked || usual;
    using counter = new Counter(host, ['swarm/', REACTED]);
    await pause(300);
    const before = await statsOf(host);
    const [cpu, began] = [cpuSeconds(pid), performance.now()];
    const jobs: number[] = [];
    let memory = 0;
    let isOver = false;
    const asking = (async () => {
      while (!isOver) {
        jobs.push(await jobMs(host, ASKED));
        memory = Math.max(memory, privateMegabytes(pid));
        await pause(JOB_EVERY_MS);
      }
    })();
    const sent = await swarm.run(`pace ${perSecond} ${seconds} ${batch}`);
    isOver = true;
    await asking;
    const took = (performance.now() - began) / 1000;
    const used = cpuSeconds(pid) - cpu;
    // The first member sends the first request, and then each that is a round of all later.
    const wanted = Math.ceil(sent / batch / minions) * batch;
    const heard = await settled(() => counter.counts['swarm/'] ?? 0, sent);
    const reacted = await settled(() => counter.counts[REACTED] ?? 0, wanted);
    const after = await statsOf(host);
    const change = (...path: string[]): number => counterOf(after, ...path) - counterOf(before, ...path);
    const lost = change('reactor', 'lost') + change('reactor', 'failed') + change('reactor', 'looped');
    printCells([
      `${what}, ${shown(perSecond)} a second wanted`, `${sent} (${shown(sent / took)} /s)`, String(heard), String(wanted), String(reacted), String(lost),
      `${shown(median(jobs))} ms (${shown(median(idle))} ms)`, `${shown((used / took) * 100)} %, ${shown((used / sent) * 1000)} ms each`, `${shown(memory)} MB`,
    ]);
    if (heard !== sent) failures.push(`${what}: the listener heard ${heard} of ${sent}`);
    if (reacted !== wanted || change('reactor', 'matched') !== wanted || lost > 0) failures.push(`${what}: ${reacted} reactions of ${wanted}, ${lost} lost`);
    if (sent < perSecond * seconds * 0.95) failures.push(`${what}: the pace was not reached: ${sent} of ${perSecond * seconds}`);
    if (median(jobs) > 2 * median(idle)) failures.push(`${what}: a job took ${shown(median(jobs))} ms, ${shown(median(idle))} ms without load`);
  }
  const { local_sockets: sockets } = await statsOf(host);
  say(`\nThe listener that does not read: ${JSON.stringify(sockets)}`);
  slow.destroy();
}

/** As fast as it can: events a second to a listener, and reactions a second. */
async function capacity(side: Side): Promise<{ events: number; reactions: number; eventCpuMs: number; reactionCpuMs: number }> {
  await using running = await open(side, 'swarm/*');
  const { host, swarm } = running;
  const pid = host.child.pid ?? 0;
  const run = async (events: number, tag: string): Promise<{ rate: number; cpuMs: number }> => {
    using counter = new Counter(host, [tag]);
    await pause(500);
    const [began, cpu] = [performance.now(), cpuSeconds(pid)];
    const each = Math.max(1, Math.round(events / minions));
    await swarm.run(`events ${each} 1`);
    const heard = await settled(() => counter.counts[tag] ?? 0, each * minions);
    const seconds = (performance.now() - began) / 1000;
    if (heard < each * minions) failures.push(`${side}: ${heard} of ${each * minions} ${tag}`);
    return { rate: heard / seconds, cpuMs: ((cpuSeconds(pid) - cpu) / heard) * 1000 };
  };
  const reactions = await run(REACTIONS[side], REACTED);
  await using quiet = await open(side, 'nothing/*');
  const events = await (async () => {
    using counter = new Counter(quiet.host, ['swarm/']);
    await pause(500);
    const each = Math.round(CAPACITY_EVENTS / minions);
    const [began, cpu] = [performance.now(), cpuSeconds(quiet.host.child.pid ?? 0)];
    await quiet.swarm.run(`events ${each} 1`);
    const heard = await settled(() => counter.counts['swarm/'] ?? 0, each * minions);
    return { rate: heard / ((performance.now() - began) / 1000), cpuMs: ((cpuSeconds(quiet.host.child.pid ?? 0) - cpu) / heard) * 1000 };
  })();
  return { events: events.rate, eventCpuMs: events.cpuMs, reactions: reactions.rate, reactionCpuMs: reactions.cpuMs };
}

sayConditions();
await steady();
if (!process.argv.includes('ours')) {
  const [ours, real] = [await capacity('tsalt'), await capacity('salt')];
  printHead(`As fast as it goes, ${minions} minions`, RATIO_COLUMNS);
  const cpu = (mine: number, its: number): string => `CPU of the master for each: ${shown(mine)} and ${shown(its)} ms (${(its / mine).toFixed(1)} times less)`;
  printRow({ what: 'events from minions to a listener', unit: '/s', tsalt: ours.events, salt: real.events, isRate: true, wanted: 10, besides: cpu(ours.eventCpuMs, real.eventCpuMs) });
  printRow({ what: 'reactions', unit: '/s', tsalt: ours.reactions, salt: real.reactions, isRate: true, wanted: 10, besides: cpu(ours.reactionCpuMs, real.reactionCpuMs) });
}
for (const failure of failures) say(`\n${failure}`);
process.exit(failures.length > 0 ? 1 : 0);
