/** Where the time of our master goes, for each kind of work. `npm run bench -- profile 1000` */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareMaster, program, startMaster, timed } from './kit/hosts.js';
import { cpuSeconds } from './kit/processes.js';
import { nowUs, Profile, roomOf, type Stretch } from './kit/profile.js';
import { startSwarm } from './kit/swarm.js';
import { printCells, printHead, say } from './kit/table.js';

const LINES = Number(process.env['LINES_SHOWN'] ?? 14);
const count = Number(process.argv[2] ?? 1000);
const folder = mkdtempSync(join(tmpdir(), 'tsp'));
const stretches = new Map<string, Stretch & { operations: number; cpuMs: number; swarmCpuMs: number }>();

try {
  const place = await prepareMaster({ options: 'timeout: 60' });
  const swarm = await startSwarm(place, count);
  await swarm.run(`accept ${join(place.root, 'pki/minions')}`);
  const host = await startMaster('tsalt', { nodeArgs: ['--cpu-prof', '--cpu-prof-interval=500', `--cpu-prof-dir=${folder}`] }, place);
  try {
    const during = async (name: string, operations: number, work: () => Promise<unknown>): Promise<void> => {
      const pid = host.child.pid ?? 0;
      const [fromUs, cpu, swarmCpu] = [nowUs(), cpuSeconds(pid), cpuSeconds(swarm.pid)];
      await work();
      stretches.set(name, {
        fromUs, toUs: nowUs(), operations, cpuMs: (cpuSeconds(pid) - cpu) * 1000, swarmCpuMs: (cpuSeconds(swarm.pid) - swarmCpu) * 1000,
      });
    };
    const ping = async (): Promise<void> => {
      await timed([...program('tsalt', ''), '-c', host.configDir, 'swarm*', 'test.ping', '--out=txt']);
    };
    await during('first sign-in', count, () => swarm.run('connect'));
    await ping();
    await during('sign-in storm', count, () => swarm.run('signInAgain'));
    await during('jobs: test.ping five times', count * 5, async () => {
      for (let run = 0; run < 5; run += 1) await ping();
    });
    await during('pillar', count, () => swarm.run(`pillar ${count}`));
    await during('events, one a request', count * 5, () => swarm.run('events 5 1'));
    await during('events, a hundred a request', count * 100, () => swarm.run('events 100 100'));
  } finally {
    await swarm.stop();
    await host.stop();
  }
  const profile = new Profile(folder);
  for (const [name, stretch] of stretches) {
    const { fromUs, toUs, operations, cpuMs, swarmCpuMs } = stretch;
    printHead(`${name} (${operations} operations)`, ['', 'ms', 'share']);
    const rooms = profile.shares(stretch, roomOf);
    const busy = rooms.reduce((sum, { ms }) => sum + ms, 0);
    for (const { name: room, ms } of rooms.slice(0, LINES)) printCells([room, ms.toFixed(0), `${((ms / busy) * 100).toFixed(0)} %`]);
    say(`\nThe slowest functions: ${profile.shares(stretch, (file, fun) => `${fun} (${file.split('/').slice(-2).join('/')})`).slice(0, LINES)
      .map((share) => `${share.name} ${share.ms.toFixed(0)}`).join(', ')}`);
    say(`\nMain thread busy ${busy.toFixed(0)} of ${((toUs - fromUs) / 1000).toFixed(0)} ms; CPU of all threads for each operation: master ${
      ((cpuMs / operations) * 1000).toFixed(0)} µs, swarm ${((swarmCpuMs / operations) * 1000).toFixed(0)} µs`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
