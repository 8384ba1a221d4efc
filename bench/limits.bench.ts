/** What the machine and the named libraries allow: the other tables are to be read beside this one. */
import { echoLimits } from './kit/echo.js';
import { timed } from './kit/hosts.js';
import { diskLimits, rsaLimits } from './kit/limits.js';
import { sayConditions } from './kit/conditions.js';
import { median, printCells, printHead, shown } from './kit/table.js';

sayConditions();
printHead('What the machine allows', ['', '', '']);
const rsa = rsaLimits();
printCells(['RSA-2048 on one core', `decrypt ${shown(rsa.decrypt)}, sign ${shown(rsa.sign)}, encrypt ${shown(rsa.encrypt)}, verify ${shown(rsa.verify)} /s`,
  'a sign-in: one decrypt, one sign, three encrypt; a pillar: one sign, one encrypt']);
for (const kind of ['own', 'zeromq'] as const) {
  for (const peers of [1, 50, 1000]) {
    const { perSecond, cpuUs, peerKilobytes } = await echoLimits(kind, peers);
    printCells([`request and reply, ${peers} peers, server ${kind}`, `${shown(perSecond)} /s, ${shown(cpuUs)} µs of CPU each`,
      peers === 1000 ? `${shown(peerKilobytes)} kB of memory for each peer with its two connections` : '']);
  }
}
const disk = diskLimits();
printCells(['sync of a file', `${shown(disk.sync)} /s`, '']);
printCells(['SQLite, durable rows', `${shown(disk.rows[1])} /s one by one, ${shown(disk.rows[50])} in fifties, ${shown(disk.rows[1000])} in thousands`, 'synchronous=FULL']);
const starts: number[] = [];
for (let run = 0; run < 7; run += 1) starts.push((await timed([process.execPath, '-e', '0'])).seconds);
printCells(['start of node', `${shown(median(starts))} s`, 'in every command']);
