/**
 * Jobs, events, pillars, reconnects and sign-ins for a long time: memory and descriptors of our master must stay flat.
 * `node scripts/bench.mjs soak 30m 200`. Ends with 1 when something grows or fails.
 */
import { join } from 'node:path';
import { sayConditions } from './kit/conditions.js';
import { pause, prepareMaster, program, startMaster, timed } from './kit/hosts.js';
import { descriptors, privateMegabytes } from './kit/processes.js';
import { startSwarm, type SwarmProcess } from './kit/swarm.js';
import { median, say, shown } from './kit/table.js';

const SAMPLE_MS = 5000;
/** Caches fill and the engine finds its size at first. */
const WARM_UP_SHARE = 1 / 3;
/** By so much the last third may be above the middle one. */
const MEMORY_GROWTH_MAX = 0.1;
const DESCRIPTORS_GROWTH_MAX = 5;
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

interface Sample {
  readonly minutes: number;
  readonly megabytes: number;
  readonly descriptors: number;
}

function secondsOf(text: string): number {
  const [, number = '', unit = ''] = /^(\d+)([smh])$/.exec(text) ?? [];
  const seconds = Number(number) * (UNITS[unit] ?? 0);
  if (!(seconds > 0)) throw new RangeError(`'${text}' is no time: 90s, 30m, 2h`);
  return seconds;
}

/** Least squares. */
function slope(points: readonly { x: number; y: number }[]): number {
  const mean = (of: (point: { x: number; y: number }) => number): number => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  return points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
}

/** One round of everything; gives how many answers were missing. */
async function round(swarm: SwarmProcess, configDir: string, count: number, number: number): Promise<number> {
  const { stdout } = await timed([...program('tsalt', ''), '-c', configDir, 'swarm*', number % 2 === 0 ? 'test.ping' : 'state.apply', '--out=json', '--static']);
  const answered = Object.keys(JSON.parse(stdout === '' ? '{}' : stdout) as object).length;
  await swarm.run(`events 2 ${1 + (number % 2)}`);
  await swarm.run(`pillar ${Math.min(20, count)}`);
  if (number % 5 === 0) {
    await swarm.run('signInAgain');
    await swarm.run('settle');
  }
  if (number % 3 === 0) {
    await swarm.run(`reconnect ${Math.ceil(count / 10)}`);
    await pause(1500);
  }
  return count - answered;
}

const [duration = '3m', many = '200'] = process.argv.slice(2);
const [seconds, count] = [secondsOf(duration), Number(many)];
sayConditions();
const place = await prepareMaster({ options: 'timeout: 60' });
const swarm = await startSwarm(place, count);
await swarm.run(`accept ${join(place.root, 'pki/minions')}`);
const host = await startMaster('tsalt', {}, place);
const samples: Sample[] = [];
let [rounds, missing, refused] = [0, 0, 0];
try {
  await swarm.run('connect');
  const began = performance.now();
  const timer = setInterval(() => {
    const pid = host.child.pid ?? 0;
    samples.push({ minutes: (performance.now() - began) / 60_000, megabytes: privateMegabytes(pid), descriptors: descriptors(pid) });
  }, SAMPLE_MS);
  for (; performance.now() - began < seconds * 1000; rounds += 1) missing += await round(swarm, host.configDir, count, rounds);
  clearInterval(timer);
  refused = await swarm.run('failures');
} finally {
  await swarm.stop();
  await host.stop();
}
const warm = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
const half = Math.floor(warm.length / 2);
const typical = (part: readonly Sample[], of: (sample: Sample) => number): number => median(part.map(of));
const memory = [typical(warm.slice(0, half), (sample) => sample.megabytes), typical(warm.slice(half), (sample) => sample.megabytes)] as const;
const files = [typical(warm.slice(0, half), (sample) => sample.descriptors), typical(warm.slice(half), (sample) => sample.descriptors)] as const;
const every = Math.max(1, Math.floor(samples.length / 20));
say(`\nSoak of ${duration} with ${count} minions: ${rounds} rounds, ${missing} answers missing, ${refused} requests failed`);
say(`Private memory in MB: ${samples.filter((_sample, at) => at % every === 0).map(({ megabytes }) => megabytes.toFixed(0)).join(' ')}`);
say(`After the warm-up: ${shown(memory[0])} MB, then ${shown(memory[1])} MB; slope ${shown(slope(warm.map(({ minutes, megabytes }) => ({ x: minutes / 60, y: megabytes }))))} MB an hour`);
say(`Descriptors: ${files[0]}, then ${files[1]}`);
const isFlat = memory[1] <= memory[0] * (1 + MEMORY_GROWTH_MAX) && files[1] <= files[0] + DESCRIPTORS_GROWTH_MAX;
say(isFlat && missing === 0 && refused === 0 ? 'Flat.' : 'NOT FLAT, or something failed.');
process.exit(isFlat && missing === 0 && refused === 0 ? 0 : 1);
