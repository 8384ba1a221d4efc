/** A master with a swarm of minions: sign-in, jobs, pillar, events, memory, job store. */
import { diskUse, median, printRow, program, pssMegabytes, startMaster, startSwarm, timed, type Side } from './kit/all.js';

interface Figures {
  readonly signIn: number;
  readonly again: number;
  readonly ping: number;
  readonly pillar: number;
  readonly events: number;
  readonly idle: number;
  readonly after: number;
  readonly bytesPerReturn: number;
  readonly filesPerReturn: number;
}

async function measure(side: Side, count: number): Promise<Figures> {
  const host = await startMaster(side, { options: 'timeout: 60\nworker_threads: 5' });
  const swarm = await startSwarm(host, count);
  try {
    const pid = host.child.pid ?? 0;
    const signIn = await swarm.run('connect');
    const again = await swarm.run('signInAgain');
    const pillar = count / (await swarm.run('pillar'));
    const idle = pssMegabytes(pid);
    const before = diskUse(`${host.root}/cache`);
    const runs: number[] = [];
    for (let run = 0; run < 5; run += 1) {
      const { seconds, stdout } = await timed([...program(side, ''), '-c', host.configDir, 'swarm*', 'test.ping', '--out=txt']);
      const answered = stdout.split('\n').filter((line) => line.endsWith('True')).length;
      if (answered !== count) process.stdout.write(`  (${side} run ${run}: ${answered} of ${count} answered)\n`);
      runs.push(seconds);
    }
    const store = diskUse(`${host.root}/cache`);
    const events = (count * 3) / (await swarm.run('events 3 1'));
    return {
      signIn, again, pillar, events, ping: median(runs), idle, after: pssMegabytes(pid),
      bytesPerReturn: (store.bytes - before.bytes) / (count * runs.length), filesPerReturn: (store.files - before.files) / (count * runs.length),
    };
  } finally {
    await swarm.stop();
    await host.stop();
  }
}

const count = Number(process.argv[2] ?? 1000);
process.stdout.write(`\nMaster with ${count} minions\n\n| | tsalt | salt | ratio | wanted |\n|---|---|---|---|---|\n`);
const ours = await measure('tsalt', count);
const real = await measure('salt', count);
printRow({ what: `\`'*' test.ping\`, all ${count} answered`, unit: 's', tsalt: ours.ping, salt: real.ping, wanted: 12 });
printRow({ what: 'returns stored and shown', unit: '/s', tsalt: count / ours.ping, salt: count / real.ping, isRate: true, wanted: 15 });
printRow({ what: 'first sign-in of all', unit: 's', tsalt: ours.signIn, salt: real.signIn, wanted: 5 });
printRow({ what: 'sign-in storm', unit: 's', tsalt: ours.again, salt: real.again, wanted: 5 });
printRow({ what: 'pillars', unit: '/s', tsalt: ours.pillar, salt: real.pillar, isRate: true, wanted: 20 });
printRow({ what: 'events from minions', unit: '/s', tsalt: ours.events, salt: real.events, isRate: true, wanted: 10 });
printRow({ what: 'master memory (PSS), minions connected', unit: 'MB', tsalt: ours.idle, salt: real.idle });
printRow({ what: 'master memory (PSS), after the jobs', unit: 'MB', tsalt: ours.after, salt: real.after, wanted: 4 });
printRow({ what: 'disk for each return', unit: 'B', tsalt: ours.bytesPerReturn, salt: real.bytesPerReturn, wanted: 4 });
process.stdout.write(`\nFiles for each return: tsalt ${ours.filesPerReturn.toFixed(3)}, salt ${real.filesPerReturn.toFixed(3)}\n`);
