/** A master with a swarm of minions, ours and real Salt's one after the other: sign-in, jobs, pillar, events, memory, job store. */
import { join } from 'node:path';
import { countEvents } from './kit/count-events.js';
import { sayConditions } from './kit/conditions.js';
import { echoLimits } from './kit/echo.js';
import { diskLimits, rsaLimits } from './kit/limits.js';
import { pause, prepareMaster, program, startDaemon, timed, type Host, type Side } from './kit/hosts.js';
import { cpuSeconds, descriptors, diskUse, pssMegabytes } from './kit/processes.js';
import { startSwarm, type SwarmProcess } from './kit/swarm.js';
import { median, printHead, printRow, RATIO_COLUMNS, say, shown } from './kit/table.js';

const count = Number(process.argv[2] ?? 1000);
const PINGS = 5;
const JOBS = 3;
const EVENTS_EACH = 3;
/** Real Salt gives some twenty a second. */
const PILLARS = Math.min(count, 200);
const START_WITHIN_MS = 30_000;

/** Seconds, and CPU of the master and of the swarm, for each operation. */
interface Cost {
  readonly seconds: number;
  readonly cpuMs: number;
  readonly swarmMs: number;
}

type Name = 'start' | 'signIn' | 'ping' | 'returns' | 'pillar' | 'events' | 'idle' | 'after' | 'bytes' | 'files' | 'descriptors';
type Figures = Record<Name, number> & { readonly costs: Partial<Record<Name, Cost>>; readonly failures: string[] };

function noFigures(): Figures {
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
  readonly figures: Figures;

  constructor(side: Side, host: Host, swarm: SwarmProcess, figures: Figures) {
    this.#side = side;
    this.#host = host;
    this.#swarm = swarm;
    this.figures = figures;
  }

  get #pid(): number {
    return this.#host.child.pid ?? 0;
  }

  async all(): Promise<void> {
    const { figures } = this;
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
    await this.#part('pillar', async () => PILLARS / (await this.#cost('pillar', PILLARS, () => this.#swarm.run(`pillar ${PILLARS}`))));
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
    if (answered !== count) this.figures.failures.push(`a ping: ${answered} of ${count} answered`);
    return seconds;
  }

  /** From the first publication until the last return is acknowledged, with nobody waiting for the answers. */
  async #returns(): Promise<number> {
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
    const wanted = count * EVENTS_EACH;
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

async function startSeconds(side: Side): Promise<number> {
  const runs: number[] = [];
  for (let run = 0; run < 3; run += 1) {
    const place = await prepareMaster();
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

async function measure(side: Side, figures: Figures): Promise<void> {
  figures.start = await startSeconds(side);
  const place = await prepareMaster({ options: 'timeout: 60\nworker_threads: 5' });
  const swarm = await startSwarm(place, count);
  await swarm.run(`accept ${join(place.root, 'pki/minions')}`);
  const host = startDaemon(side, 'master', place);
  try {
    await firstAnswer(swarm, performance.now());
    await new Measurement(side, host, swarm, figures).all();
  } finally {
    await swarm.stop();
    await host.stop();
  }
}

sayConditions();
const [rsa, echo, disk] = [rsaLimits(), await echoLimits(Math.min(count, 1000)), diskLimits()];
const [ours, real] = [noFigures(), noFigures()];
const cpu = (name: Name): string => {
  const [mine, its] = [ours.costs[name], real.costs[name]];
  if (mine === undefined || its === undefined) return '';
  return `CPU of the master for each: ${shown(mine.cpuMs)} and ${shown(its.cpuMs)} ms (${(its.cpuMs / mine.cpuMs).toFixed(1)} times less); of the swarm ${shown(mine.swarmMs)} ms`;
};
const limit = `raw ZeroMQ ${shown(echo.perSecond)} /s`;
const signInMs = 1000 / rsa.decrypt + 1000 / rsa.sign;
/** When the time is over what is known is printed all the same. */
process.on('exit', () => {
  printHead(`Master with ${count} minions`, RATIO_COLUMNS);
  printRow({ what: 'start to first answered command', unit: 's', tsalt: ours.start, salt: real.start, wanted: 5 });
  printRow({ what: `\`'*' test.ping\`, all ${count} answered and shown`, unit: 's', tsalt: ours.ping, salt: real.ping, wanted: 12, besides: cpu('ping') });
  printRow({ what: 'returns durably stored', unit: '/s', tsalt: ours.returns, salt: real.returns, isRate: true, wanted: 15, besides: `${cpu('returns')}; ${limit}, SQLite ${shown(disk.rows[50])} rows/s in fifties` });
  printRow({ what: 'sign-in storm', unit: 's', tsalt: ours.signIn, salt: real.signIn, wanted: 5, besides: `${cpu('signIn')}; RSA alone ${shown(signInMs)} ms` });
  printRow({ what: 'pillars', unit: '/s', tsalt: ours.pillar, salt: real.pillar, isRate: true, wanted: 20, besides: `${cpu('pillar')}; RSA alone ${shown(1000 / rsa.sign)} ms` });
  printRow({ what: 'events from minions to a listener', unit: '/s', tsalt: ours.events, salt: real.events, isRate: true, wanted: 10, besides: `${cpu('events')}; ${limit}` });
  printRow({ what: 'master memory (PSS), minions connected', unit: 'MB', tsalt: ours.idle, salt: real.idle, besides: `${shown((echo.peerKilobytes * count) / 1024)} MB of it are ZeroMQ's connections` });
  printRow({ what: 'master memory (PSS), after the jobs', unit: 'MB', tsalt: ours.after, salt: real.after, wanted: 4 });
  printRow({ what: 'disk for each return', unit: 'B', tsalt: ours.bytes, salt: real.bytes, wanted: 4, besides: `files and folders for each: ${shown(ours.files)} and ${shown(real.files)}` });
  printRow({ what: 'open descriptors of the master', unit: '', tsalt: ours.descriptors, salt: real.descriptors });
  for (const [side, { failures }] of Object.entries({ tsalt: ours, salt: real })) for (const text of failures) say(`\n${side}: ${text}`);
});
for (const [side, figures] of [['tsalt', ours], ['salt', real]] as const) {
  await measure(side, figures).catch((error: unknown) => void figures.failures.push(error instanceof Error ? error.message : String(error)));
}
process.exit([ours, real].some(({ failures }) => failures.length > 0) ? 1 : 0);
