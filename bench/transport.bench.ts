/**
 * The two servers of a master's ports beside each other: ours and ZeroMQ's, alone and in a master with a swarm.
 * `npm run bench -- transport 200 1000`: so many minions, and so many for the memory of each further one.
 */
import { join } from 'node:path';
import type { ServerKind } from '../src/bus/transport/serve.js';
import { sayConditions } from './kit/conditions.js';
import { echoLimits } from './kit/echo.js';
import { pause, prepareMaster, startMaster } from './kit/hosts.js';
import { measureMaster, noFigures, type Figures, type Name } from './kit/measure-master.js';
import { privateMegabytes } from './kit/processes.js';
import { startSwarm } from './kit/swarm.js';
import { printCells, printHead, say, shown } from './kit/table.js';

const KINDS: readonly ServerKind[] = ['own', 'zeromq'];
const FEW = 100;
const count = Number(process.argv[2] ?? 200);
const many = Number(process.argv[3] ?? 1000);

const optionOf = (kind: ServerKind): string => `transport_server: ${kind}`;

/** Private memory of a master with so many minions connected, each signed in once. */
async function connectedMegabytes(kind: ServerKind, minions: number): Promise<number> {
  const place = await prepareMaster({ options: optionOf(kind) });
  const swarm = await startSwarm(place, minions);
  await swarm.run(`accept ${join(place.root, 'pki/minions')}`);
  const host = await startMaster('tsalt', {}, place);
  try {
    await swarm.run('connect');
    await pause(5000);
    return privateMegabytes(host.child.pid ?? 0);
  } finally {
    await swarm.stop();
    await host.stop();
  }
}

sayConditions();
printHead('The transport alone', ['server', 'peers', 'requests', 'CPU for each', 'memory for each peer']);
for (const peers of [1, 50, 1000]) {
  for (const kind of KINDS) {
    const { perSecond, cpuUs, peerKilobytes } = await echoLimits(kind, peers);
    printCells([kind, String(peers), `${shown(perSecond)} /s`, `${shown(cpuUs)} µs`, peers === 1000 ? `${shown(peerKilobytes)} kB` : '']);
  }
}

const figures: Record<ServerKind, Figures> = { own: noFigures(), zeromq: noFigures() };
for (const kind of KINDS) {
  await measureMaster('tsalt', count, figures[kind], optionOf(kind)).catch((error: unknown) => {
    figures[kind].failures.push(error instanceof Error ? error.message : String(error));
  });
}
const ROWS: readonly (readonly [Name, string, string])[] = [
  ['start', 'start to first answered command', 's'], ['ping', "`'*' test.ping`, all answered and shown", 's'], ['returns', 'returns durably stored', '/s'],
  ['signIn', 'sign-in storm', 's'], ['pillar', 'pillars', '/s'], ['events', 'events from minions to a listener', '/s'],
  ['idle', 'memory (PSS), minions connected', 'MB'], ['after', 'memory (PSS), after the jobs', 'MB'], ['descriptors', 'open descriptors', ''],
];
printHead(`Master with ${count} minions`, ['', 'own', 'zeromq', 'CPU of the master for each: own', 'zeromq']);
for (const [name, what, unit] of ROWS) {
  const cells = KINDS.map((kind) => `${shown(figures[kind][name])} ${unit}`);
  const cpu = KINDS.map((kind) => (figures[kind].costs[name] === undefined ? '' : `${shown(figures[kind].costs[name].cpuMs)} ms`));
  printCells([what, ...cells, ...cpu]);
}
for (const kind of KINDS) for (const text of figures[kind].failures) say(`\n${kind}: ${text}`);

printHead('Memory for each further minion', ['server', `private MB with ${FEW}`, `with ${many}`, 'for each further']);
for (const kind of KINDS) {
  const [few, all] = [await connectedMegabytes(kind, FEW), await connectedMegabytes(kind, many)];
  printCells([kind, shown(few), shown(all), `${shown(((all - few) / (many - FEW)) * 1024)} kB`]);
}
process.exit(KINDS.some((kind) => figures[kind].failures.length > 0) ? 1 : 0);
