/** How time and memory of our master grow with the number of minions. `npm run bench -- growth 1,100,1000,5000,10000 [own|zeromq]` */
import { join } from 'node:path';
import { sayConditions } from './kit/conditions.js';
import { pause, prepareMaster, program, startMaster, timed } from './kit/hosts.js';
import { cpuSeconds, privateMegabytes, pssMegabytes } from './kit/processes.js';
import { startSwarm } from './kit/swarm.js';
import { median, printCells, printHead, say, shown } from './kit/table.js';

/** Who serves the ports; without it as the master does by itself. */
const server = process.argv[3];
const PINGS = 5;
const KILOBYTES_WANTED = 50;

interface Point {
  readonly count: number;
  readonly idleMegabytes: number;
}

async function measure(count: number): Promise<Point> {
  const place = await prepareMaster({ options: `timeout: 120\n${server === undefined ? '' : `transport_server: ${server}`}` });
  const swarm = await startSwarm(place, count);
  await swarm.run(`accept ${join(place.root, 'pki/minions')}`);
  const host = await startMaster('tsalt', {}, place);
  try {
    const pid = host.child.pid ?? 0;
    const before = privateMegabytes(pid);
    const connect = await swarm.run('connect');
    await pause(2000);
    const idleMegabytes = privateMegabytes(pid);
    const storm = await swarm.run('signInAgain');
    await swarm.run('settle');
    const runs: number[] = [];
    const cpu = cpuSeconds(pid);
    let answered = 0;
    for (let run = 0; run < PINGS; run += 1) {
      const { seconds, stdout } = await timed([...program('tsalt', ''), '-c', host.configDir, 'swarm*', 'test.ping', '--out=txt']);
      answered += stdout.split('\n').filter((line) => line.endsWith('True')).length;
      runs.push(seconds);
    }
    const cpuUs = ((cpuSeconds(pid) - cpu) / (count * PINGS)) * 1e6;
    if (answered !== count * PINGS) say(`(${answered} of ${count * PINGS} answered)`);
    printCells([
      count.toLocaleString('en-US'), `${shown(connect)} s`, `${shown(storm)} s`, `${shown(median(runs))} s`, `${shown(cpuUs)} µs`,
      `${shown(before)}`, `${shown(idleMegabytes)}`, `${shown(privateMegabytes(pid))}`, `${shown(pssMegabytes(pid))}`,
    ]);
    return { count, idleMegabytes };
  } finally {
    await swarm.stop();
    await host.stop();
  }
}

const counts = (process.argv[2] ?? '1,100,1000,5000').split(',').map(Number);
sayConditions();
printHead('Growth of our master', [
  'minions', 'all connect', 'sign-in storm', "`'*' test.ping`", 'CPU of the master for each return', 'private MB: start', 'connected', 'after the jobs', 'PSS MB',
]);
const points: Point[] = [];
for (const count of counts) points.push(await measure(count));
for (let at = 1; at < points.length; at += 1) {
  const [from, to] = [points[at - 1], points[at]];
  if (from === undefined || to === undefined) continue;
  const kilobytes = ((to.idleMegabytes - from.idleMegabytes) / (to.count - from.count)) * 1024;
  say(`\nFrom ${from.count} to ${to.count} minions: ${shown(kilobytes)} kB of private memory for each further connected minion (wanted: ${KILOBYTES_WANTED})`);
}
process.exit(0);
