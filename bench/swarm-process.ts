/**
 * A swarm that is told by lines on standard input what to do, and answers each with a line of JSON: the seconds it took, or an error.
 * Arguments: how many, port for requests, port for publications.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sleep } from '../src/kernel/std/async.js';
import { pace } from '../src/swarm/pace.js';
import type { PlainMap } from '../src/kernel/std/value.js';
import { Swarm } from '../src/swarm/swarm.js';

const [count = 1, requestPort = 0, publishPort = 0] = process.argv.slice(2).map(Number);
const POLL_MS = 2;
const PACED_AT_ONCE = 512;
const ANSWERS_WITHIN_MS = 120_000;
const options = {
  host: '127.0.0.1', requestPort, publishPort, count, prefix: 'swarm', grains: { os: 'Debian', os_family: 'Debian', role: 'web' }, returnBytes: 0,
  delayMs: 0, atOnce: 500, timeoutMs: 120_000, seed: undefined, signal: new AbortController().signal,
};
const swarm = new Swarm(options);

const ACTIONS: Readonly<Record<string, (words: readonly string[]) => Promise<number | void>>> = {
  /** Accepts the keys on a master that has not begun: writes them into its folder. */
  async accept([folder = '']) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const { id, publicPem } of swarm.keys()) writeFileSync(join(folder, id), `${publicPem}\n`);
    await Promise.resolve();
  },
  connect: () => swarm.connect(),
  signInAgain: () => swarm.signInAgain(),
  settle: async () => swarm.settle(),
  pillar: ([many]) => swarm.pillar(Number(many)),
  events: ([each, batch]) => swarm.sendEvents(Number(each), Number(batch)),
  /** `pace PER_SECOND SECONDS BATCH`: evenly, by one member after the other; gives how many events were sent. */
  async pace([perSecond, seconds, batch]) {
    const [size, before] = [Number(batch), swarm.events.failed];
    let requests = 0;
    await pace({ perSecond: Number(perSecond) / size, atOnce: PACED_AT_ONCE, signal: AbortSignal.timeout(Number(seconds) * 1000) }, (turn) => {
      requests += 1;
      return swarm.someEvents(turn, size);
    });
    if (swarm.events.failed > before) throw new Error(`${swarm.events.failed - before} requests failed`);
    return requests * size;
  },
  reconnect: async ([many]) => swarm.dropSubscriptions(Number(many)),
  /** Waits for so many more acknowledged returns; gives the seconds since the first publication of them came. */
  async answers([many]) {
    const [published, answered, until] = [swarm.published, swarm.answers.count, performance.now() + ANSWERS_WITHIN_MS];
    let began = 0;
    while (swarm.answers.count < answered + Number(many)) {
      if (performance.now() > until) throw new Error(`${swarm.answers.count - answered} of ${many ?? ''} returns were acknowledged`);
      if (began === 0 && swarm.published > published) began = performance.now();
      await sleep(POLL_MS, undefined, true);
    }
    return (performance.now() - began) / 1000;
  },
  /** `ask EACH LOAD`: seconds until all have their answers; a file that is not served is an error. */
  async ask([each = '1', ...load]) {
    const began = performance.now();
    const answered = await swarm.ask(JSON.parse(load.join(' ')) as PlainMap, Number(each));
    if (answered !== count * Number(each)) throw new Error(`${answered} of ${count * Number(each)} requests were answered`);
    return (performance.now() - began) / 1000;
  },
  failures: async () => [swarm.signIns, swarm.answers, swarm.pillars, swarm.events].reduce((sum, tally) => sum + tally.failed, 0),
};

await swarm.prepare();
process.stdout.write('{}\n');
for await (const line of createInterface({ input: process.stdin })) {
  const [action = '', ...words] = line.split(' ');
  const began = performance.now();
  try {
    const measured = await ACTIONS[action]?.(words);
    process.stdout.write(`${JSON.stringify({ seconds: measured ?? (performance.now() - began) / 1000 })}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ error: error instanceof Error ? error.message : String(error) })}\n`);
  }
}
