/** Everything that is measured of a master with a swarm: sign-in, jobs, pillar, events, memory, job store. */
import { join } from 'node:path';
import { countEvents } from './count-events.js';
import { pause, prepareMaster, program, startDaemon, timed, type Host, type Side } from './hosts.js';
import { cpuSeconds, descriptors, diskUse, pssMegabytes } from './processes.js';
import { startSwarm, type SwarmProcess } from './swarm.js';
import { median } from './table.js';

const PINGS = 5;
const JOBS = 3;
const EVENTS_EACH = 3;
/** Real Salt gives some twenty a second. */
const PILLARS_MAX = 200;
const START_WITHIN_MS = 30_000;

/** Seconds, and CPU of the master and of the swarm, for each operation. */
export interface Cost {
  readonly seconds: number;
  readonly cpuMs: number;
  readonly swarmMs: number;
}

export type Name = 'start' | 'signIn' | 'ping' | 'returns' | 'pillar' | 'events' | 'idle' | 'after' | 'bytes' | 'files' | 'descriptors';
export type Figures = Record<Name, number> & { readonly costs: Partial<Record<Name, Cost>>; readonly failures: string[] };

export function noFigures(): Figures {
  const none = Number.NaN;
  return {
    start: none, signIn: none, ping: none, returns: none, pillar: none, events: none, idle: none, after: none, bytes: none, files: none, descriptors: none,
    costs: {}, failures: [],
  };
}

class Measurement {
  readonly #side: Side;
  readonly #host: Host;
  readonly #swarm: SwarmProcess;
  readonly #count: number;
  readonly figures: Figures;

  constructor(side: Side, host: Host, swarm: SwarmProcess, count: number, figures: Figures) {
    this.#side = side;
    this.#count = count;
    this.#host = host;
    this.#swarm = swarm;
    this.figures = figures;
  }

  get #pid(): number {
    return this.#host.child.pid ?? 0;
  }

  async all(): Promise<void> {
    const [figures, count] = [this.figures, this.#count];
    const pillars = Math.min(count, PILLARS_MAX);
    await this.#part('signIn', async () => this.#cost('signIn', count, () => this.#swarm.run('signInAgain')));
    await this.#swarm.run('settle');
    await pause(1000);
    figures.idle = pssMegabytes(this.#pid);
    figures.descriptors = descriptors(this.#pid);
    await this.#ping();
    const before = diskUse(join(this.#host.root, 'cache'));
    await this.#part('ping', async () => {
      const runs: number[] = [];
      await this.#cost('ping', count * PINGS, async () => {
        for (let run = 0; run < PINGS; run += 1) runs.push(await this.#ping());
        return 0;
      });
      return median(runs);
    });
    await this.#part('returns', () => this.#returns());
    const store = diskUse(join(this.#host.root, 'cache'));
    const returns = count * (PINGS + JOBS);
    figures.bytes = (store.bytes - before.bytes) / returns;
    figures.files = (store.files - before.files) / returns;
    await this.#part('events', () => this.#events());
    await this.#part('pillar', async () => pillars / (await this.#cost('pillar', pillars, () => this.#swarm.run(`pillar ${pillars}`))));
    figures.after = pssMegabytes(this.#pid);
    const failed = await this.#swarm.run('failures');
    if (failed > 0) figures.failures.push(`${failed} requests of the swarm failed`);
  }

  /** A part that fails leaves its figure out. */
  async #part(name: Name, measure: () => Promise<number>): Promise<void> {
    try {
      this.figures[name] = await measure();
    } catch (error) {
      this.figures.failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #cost(name: Name, operations: number, work: () => Promise<number>): Promise<number> {
    const [began, cpu, swarmCpu] = [performance.now(), cpuSeconds(this.#pid), cpuSeconds(this.#swarm.pid)];
    const seconds = await work();
    this.figures.costs[name] = {
      seconds: (performance.now() - began) / 1000,
      cpuMs: ((cpuSeconds(this.#pid) - cpu) / operations) * 1000, swarmMs: ((cpuSeconds(this.#swarm.pid) - swarmCpu) / operations) * 1000,
    };
    return seconds;
  }

  /** All answers are shown: wall time of the command. */
  async #ping(): Promise<number> {
    const { seconds, stdout } = await timed([...program(this.#side, ''), '-c', this.#host.configDir, 'swarm*', 'test.ping', '--out=txt']);
    const answered = stdout.split('\n').filter((line) => line.endsWith('True')).length;
    if (answered !== this.#count) this.figures.failures.push(`a ping: ${answered} of ${this.#count} answered`);
    return seconds;
  }

  /** From the first publication until the last return is acknowledged, with nobody waiting for the answers. */
  async #returns(): Promise<number> {
    const count = this.#count;
    const runs: number[] = [];
    await this.#cost('returns', count * JOBS, async () => {
      for (let run = 0; run < JOBS; run += 1) {
        const acknowledged = this.#swarm.run(`answers ${count}`);
        await timed([...program(this.#side, ''), '-c', this.#host.configDir, '--async', 'swarm*', 'test.ping']);
        runs.push(await acknowledged);
      }
      return 0;
    });
    return count / median(runs);
  }

  /** Until a listener on the bus has them all. */
  async #events(): Promise<number> {
    const wanted = this.#count * EVENTS_EACH;
    const stop = new AbortController();
    const heard = (async () => {
      const seen = await countEvents(join(this.#host.root, 'run/master_event_pub.ipc'), 'swarm/', wanted, stop.signal);
      if (seen < wanted) throw new Error(`the listener got ${seen} of ${wanted}`);
    })();
    const late = setTimeout(() => stop.abort(), 60_000);
    await pause(300);
    try {
      return await this.#cost('events', wanted, async () => {
        const began = performance.now();
        await Promise.all([this.#swarm.run(`events ${EVENTS_EACH} 1`), heard]);
        return wanted / ((performance.now() - began) / 1000);
      });
    } finally {
      clearTimeout(late);
      stop.abort();
    }
  }
}

/** From the start of the process to the first answer under a session key. */
async function firstAnswer(swarm: SwarmProcess, began: number): Promise<number> {
  for (;;) {
    try {
      await swarm.run('connect');
      await swarm.run('events 1 1');
      return (performance.now() - began) / 1000;
    } catch (error) {
      if (performance.now() - began > START_WITHIN_MS) throw error;
      await pause(20);
    }
  }
}

async function startSeconds(side: Side, options: string): Promise<number> {
  const runs: number[] = [];
  for (let run = 0; run < 3; run += 1) {
    const place = await prepareMaster({ options });
    const swarm = await startSwarm(place, 1);
    await swarm.run(`accept ${join(place.root, 'pki/minions')}`);
    const began = performance.now();
    const host = startDaemon(side, 'master', place);
    try {
      runs.push(await firstAnswer(swarm, began));
    } finally {
      await swarm.stop();
      await host.stop();
    }
  }
  return median(runs);
}

/** `options`: further lines of the configuration. What cannot be measured stays without a number. */
export async function measureMaster(side: Side, count: number, figures: Figures, options = ''): Promise<void> {
  figures.start = await startSeconds(side, options);
  const place = await prepareMaster({ options: `timeout: 60\nworker_threads: 5\n${options}` });
  const swarm = await startSwarm(place, count);
  await swarm.run(`accept ${join(place.root, 'pki/minions')}`);
  const host = startDaemon(side, 'master', place);
  try {
    await firstAnswer(swarm, performance.now());
    await new Measurement(side, host, swarm, count, figures).all();
  } finally {
    await swarm.stop();
    await host.stop();
  }
}
