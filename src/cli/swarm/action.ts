/** From the command line of `tsalt-swarm` to a swarm, its work and its summary. */
import { readFileSync } from 'node:fs';
import { SignInError } from '../../bus/channel/sign-in-error.js';
import { TsaltError } from '../../kernel/contract/errors.js';
import { sleep } from '../../kernel/std/async.js';
import { pace } from '../../swarm/pace.js';
import { Swarm } from '../../swarm/swarm.js';
import { EXIT } from '../exit-code.js';
import type { Run } from '../run-program.js';
import { swarmRequest, type SwarmRequest } from './request.js';
import { summary, summaryText } from './summary.js';

/** Descriptors that this process needs besides two for each minion. */
const DESCRIPTORS_OTHER = 64;
const PROGRESS_MS = 1000;

/** The swarm cannot do what was asked, in words for who asked. */
class SwarmError extends TsaltError {
  readonly code = 'swarm.failed';
}

export async function swarmAction({ line }: Run): Promise<number> {
  const request = swarmRequest(line);
  checkDescriptors(request.count);
  const stop = new AbortController();
  const interrupted = (): void => {
    if (stop.signal.aborted) process.exit(EXIT.failed);
    stop.abort();
  };
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', interrupted);
  await using swarm = new Swarm({ ...request, grains: { os: 'Debian', os_family: 'Debian', kernel: 'Linux', role: 'swarm' }, signal: stop.signal });
  const progress = new Progress(swarm, request);
  try {
    return await run(swarm, request, stop, progress);
  } finally {
    progress.end();
  }
}

async function run(swarm: Swarm, request: SwarmRequest, stop: AbortController, progress: Progress): Promise<number> {
  const began = performance.now();
  const connectSeconds = await connect(swarm, request, stop.signal, progress);
  const cpu = process.cpuUsage();
  const started = performance.now();
  if (!stop.signal.aborted) await work(swarm, request, stop, progress);
  const used = process.cpuUsage(cpu);
  const data = summary(swarm, request.count, {
    connectSeconds: connectSeconds ?? (started - began) / 1000, seconds: (performance.now() - started) / 1000, cpuSeconds: (used.user + used.system) / 1e6,
  });
  progress.end();
  process.stdout.write(request.isJson ? `${JSON.stringify(data, null, 4)}\n` : `${summaryText(data)}\n`);
  const failed = [swarm.signIns, swarm.answers, swarm.pillars, swarm.events].some((tally) => tally.failed > 0);
  return failed || connectSeconds === undefined ? EXIT.failed : EXIT.ok;
}

/** Gives how long it took; undefined when it was interrupted. @throws SwarmError */
async function connect(swarm: Swarm, request: SwarmRequest, signal: AbortSignal, progress: Progress): Promise<number | undefined> {
  try {
    progress.say(`making ${request.count} keys`);
    await swarm.prepare();
    progress.begin();
    const began = performance.now();
    await swarm.connect();
    return (performance.now() - began) / 1000;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw explained(error, request);
  }
}

/** Until the time is over or Ctrl-C. */
async function work(swarm: Swarm, request: SwarmRequest, stop: AbortController, progress: Progress): Promise<void> {
  progress.say(`all ${request.count} are connected: working ${request.durationMs > 0 ? `for ${request.durationMs / 1000} s` : 'until Ctrl-C'}`);
  const { signal } = stop;
  const { atOnce, eventsPerSecond, pillarsPerSecond, stormEveryMs, durationMs } = request;
  const timer = durationMs > 0 ? setTimeout(() => stop.abort(), durationMs) : undefined;
  const untilStopped = new Promise<void>((resolve) => {
    // Something must keep the process alive while it only waits for jobs.
    const alive = setInterval(() => undefined, PROGRESS_MS);
    signal.addEventListener('abort', () => {
      clearInterval(alive);
      resolve();
    }, { once: true });
  });
  await Promise.all([
    untilStopped,
    pace({ perSecond: eventsPerSecond, atOnce, signal }, (turn) => swarm.oneEvent(turn)),
    pace({ perSecond: pillarsPerSecond, atOnce, signal }, (turn) => swarm.onePillar(turn)),
    storms(swarm, stormEveryMs, signal),
  ]);
  clearTimeout(timer);
}

async function storms(swarm: Swarm, everyMs: number, signal: AbortSignal): Promise<void> {
  while (everyMs > 0 && !signal.aborted) {
    await sleep(everyMs, signal, true).catch(() => undefined);
    if (!signal.aborted) await swarm.signInAgain().catch(() => undefined);
  }
}

function explained(error: unknown, { prefix, host, requestPort }: SwarmRequest): unknown {
  if (!(error instanceof SignInError)) return error;
  const advice: Readonly<Record<SignInError['why'], string>> = {
    rejected: `On the master look at them with 'tsalt-key -L', and delete keys of an earlier run with 'tsalt-key -d "${prefix}*"'; `
      + 'or use --seed from the first run on',
    full: 'Raise max_minions on the master, or play fewer', pending: '', untrusted: 'Something else answers there',
    unreadable: `Is ${host}:${requestPort} the port for requests of a master (ret_port)?`,
  };
  return new SwarmError(`${error.message}. ${advice[error.why]}`, { cause: error });
}

/** Each minion has two connections. @throws SwarmError */
function checkDescriptors(count: number): void {
  if (process.platform !== 'linux') return;
  const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  const needed = count * 2 + DESCRIPTORS_OTHER;
  if (limit !== undefined && Number(limit) < needed) {
    throw new SwarmError(`${count} minions need ${needed} open files, but this process may have ${limit}: raise the limit with 'ulimit -n ${needed}', for the master too`);
  }
}

/** Says on standard error how it goes, once a second. */
class Progress {
  readonly #swarm: Swarm;
  readonly #request: SwarmRequest;
  #timer: NodeJS.Timeout | undefined;
  #last = '';
  #saidPending = false;

  constructor(swarm: Swarm, request: SwarmRequest) {
    this.#swarm = swarm;
    this.#request = request;
  }

  begin(): void {
    this.#timer = setInterval(() => this.#tell(), PROGRESS_MS);
    this.#timer.unref();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  say(text: string): void {
    if (!this.#request.isQuiet) process.stderr.write(`tsalt-swarm: ${text}\n`);
  }

  #tell(): void {
    const { signIns, answers, pillars, events, connected, waiting } = this.#swarm;
    const { count, prefix } = this.#request;
    if (waiting > 0 && !this.#saidPending) {
      this.#saidPending = true;
      this.say(`the master keeps their keys waiting: accept them there with tsalt-key -y -a '${prefix}*' (real Salt: salt-key), or set auto_accept on a master for tests`);
    }
    const failed = [signIns, answers, pillars, events].reduce((sum, tally) => sum + tally.failed, 0);
    const text = `${connected} of ${count} connected, ${waiting} keys waiting, ${signIns.count} sign-ins, ${answers.count} answers, `
      + `${pillars.count} pillars, ${events.count} events, ${failed} failed`;
    if (text !== this.#last) this.say(text);
    this.#last = text;
  }
}
