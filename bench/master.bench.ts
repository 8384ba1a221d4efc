/** A master with a swarm of minions, ours and real Salt's one after the other: sign-in, jobs, pillar, events, memory, job store. */
import { sayConditions } from './kit/conditions.js';
import { echoLimits } from './kit/echo.js';
import { diskLimits, rsaLimits } from './kit/limits.js';
import { measureMaster, noFigures, type Name } from './kit/measure-master.js';
import { printHead, printRow, RATIO_COLUMNS, say, shown } from './kit/table.js';

const count = Number(process.argv[2] ?? 1000);

sayConditions();
const [rsa, echo, disk] = [rsaLimits(), await echoLimits('own', Math.min(count, 1000)), diskLimits()];
const [ours, real] = [noFigures(), noFigures()];
const cpu = (name: Name): string => {
  const [mine, its] = [ours.costs[name], real.costs[name]];
  if (mine === undefined || its === undefined) return '';
  return `CPU of the master for each: ${shown(mine.cpuMs)} and ${shown(its.cpuMs)} ms (${(its.cpuMs / mine.cpuMs).toFixed(1)} times less); of the swarm ${shown(mine.swarmMs)} ms`;
};
const limit = `the transport alone ${shown(echo.perSecond)} /s`;
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
  printRow({ what: 'master memory (PSS), minions connected', unit: 'MB', tsalt: ours.idle, salt: real.idle, besides: `${shown((echo.peerKilobytes * count) / 1024)} MB of it are its connections` });
  printRow({ what: 'master memory (PSS), after the jobs', unit: 'MB', tsalt: ours.after, salt: real.after, wanted: 4 });
  printRow({ what: 'disk for each return', unit: 'B', tsalt: ours.bytes, salt: real.bytes, wanted: 4, besides: `files and folders for each: ${shown(ours.files)} and ${shown(real.files)}` });
  printRow({ what: 'open descriptors of the master', unit: '', tsalt: ours.descriptors, salt: real.descriptors });
  for (const [side, { failures }] of Object.entries({ tsalt: ours, salt: real })) for (const text of failures) say(`\n${side}: ${text}`);
});
for (const [side, figures] of [['tsalt', ours], ['salt', real]] as const) {
  await measureMaster(side, count, figures).catch((error: unknown) => void figures.failures.push(error instanceof Error ? error.message : String(error)));
}
process.exit([ours, real].some(({ failures }) => failures.length > 0) ? 1 : 0);
