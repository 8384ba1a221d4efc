/** Memory of the command line when many minions give large answers: it shows each and keeps none. `npm run bench -- answers [minions] [bytes]` */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peakMemory } from '../test/support/peak-memory.js';
import { pretendMaster } from '../test/support/pretended-master.js';
import { sayConditions } from './kit/conditions.js';
import { program } from './kit/hosts.js';
import { printCells, printHead, shown } from './kit/table.js';

const most = Number(process.argv[2] ?? 5000);
const bytes = Number(process.argv[3] ?? 10_240);
const WAYS: readonly (readonly string[])[] = [[], ['--out=json'], ['--out=txt'], ['--static', '--out=json']];

sayConditions();
printHead(`Memory of \`tsalt\` for answers of ${bytes.toLocaleString('en-US')} bytes`, ['minions', 'how', 'peak (resident)', 'time', 'written']);
for (const way of WAYS) {
  for (const minions of [1, Math.round(most / 10), most]) {
    const root = mkdtempSync(join(tmpdir(), 'tsb'));
    const master = await pretendMaster(root, { minions, bytes });
    const { megabytes, seconds, bytes: written } = await peakMemory([...program('tsalt', ''), '-c', master.configDir, ...way, '*', 'test.echo', 'x']);
    printCells([minions.toLocaleString('en-US'), way.join(' ') || 'nested', `${shown(megabytes)} MB`, `${shown(seconds)} s`, `${shown(written / 1024 / 1024)} MB`]);
    await master[Symbol.asyncDispose]();
    rmSync(root, { recursive: true, force: true });
  }
}
process.exit(0);
