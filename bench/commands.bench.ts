/** Start of each command, and of a minion. */
import { pause, program, startMaster, startMinion, timed, type Host, type Side } from './kit/hosts.js';
import { privateMegabytes, pssMegabytes } from './kit/processes.js';
import { median, printHead, printRow, RATIO_COLUMNS } from './kit/table.js';

const RUNS = 5;
/** The garbage of the start is swept when nothing has happened for a while: the least of half a minute counts. */
const IDLE_LOOKS = 10;
const IDLE_LOOK_MS = 3000;
const SIDES: readonly Side[] = ['tsalt', 'salt'];

async function withMinion(side: Side): Promise<{ master: Host; minion: Host; startSeconds: number }> {
  const master = await startMaster(side);
  const began = performance.now();
  const minion = await startMinion(side, 'one', master);
  for (;;) {
    const { stdout } = await timed([...program(side, ''), '-c', master.configDir, '-t', '2', 'one', 'test.ping', '--out=txt']);
    if (stdout.includes('True')) break;
    await pause(100);
  }
  return { master, minion, startSeconds: (performance.now() - began) / 1000 };
}

const hosts = { tsalt: await withMinion('tsalt'), salt: await withMinion('salt') };
try {
  printHead('Commands', RATIO_COLUMNS);
  const row = async (what: string, wanted: number, command: (side: Side) => readonly string[]): Promise<void> => {
    const times: Record<Side, number[]> = { tsalt: [], salt: [] };
    for (let run = 0; run < RUNS; run += 1) for (const side of SIDES) times[side].push((await timed(command(side))).seconds);
    printRow({ what, unit: 's', tsalt: median(times.tsalt), salt: median(times.salt), wanted });
  };
  const master = (side: Side): string => hosts[side].master.configDir;
  const minion = (side: Side): string => hosts[side].minion.configDir;
  await row('`--version`', 3, (side) => [...program(side, ''), '--version']);
  await row('`one test.ping`', 4, (side) => [...program(side, ''), '-c', master(side), 'one', 'test.ping']);
  await row('`call --local test.ping`', 4, (side) => [...program(side, 'call'), '-c', minion(side), '--local', 'test.ping']);
  await row('`key -L`', 3, (side) => [...program(side, 'key'), '-c', master(side), '-L']);
  await row('`run jobs.list_jobs`', 3, (side) => [...program(side, 'run'), '-c', master(side), 'jobs.list_jobs']);
  await row('`cp one FILE`', 3, (side) => [...program(side, 'cp'), '-c', master(side), 'one', '/etc/hostname', `${hosts[side].minion.root}/hostname`]);
  printRow({ what: 'minion from start to its first answer', unit: 's', tsalt: hosts.tsalt.startSeconds, salt: hosts.salt.startSeconds, wanted: 3 });
  const idle = { pss: { tsalt: Infinity, salt: Infinity }, own: { tsalt: Infinity, salt: Infinity } };
  for (let look = 0; look < IDLE_LOOKS; look += 1) {
    await pause(IDLE_LOOK_MS);
    for (const side of SIDES) {
      const pid = hosts[side].minion.child.pid ?? 0;
      idle.pss[side] = Math.min(idle.pss[side], pssMegabytes(pid));
      idle.own[side] = Math.min(idle.own[side], privateMegabytes(pid));
    }
  }
  printRow({ what: 'idle minion (PSS)', unit: 'MB', ...idle.pss, wanted: 1.5 });
  printRow({ what: 'idle minion (private)', unit: 'MB', ...idle.own });
} finally {
  for (const side of SIDES) {
    await hosts[side].minion.stop();
    await hosts[side].master.stop();
  }
}
