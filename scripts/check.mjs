// Types, lint, rooms. `node scripts/check.mjs [folder...]` shows only messages about these folders.
import { spawnSync } from 'node:child_process';
import { relative } from 'node:path';
import { join } from 'node:path';
import { prepare, root } from './lib/prepare.mjs';

export async function check(only = []) {
  prepare();
  const { checkRooms } = await import('./lib/rooms.mjs');
  const run = (program, args) => {
    const done = spawnSync(join(root, 'node_modules/.bin', program), args, { cwd: root, encoding: 'utf8' });
    return `${done.stdout}${done.stderr}`.split('\n').filter((line) => line.trim() !== '');
  };
  const mine = (line) => only.length === 0 || only.some((folder) => line.includes(folder));
  const types = run('tsc', ['-p', '.', '--pretty', 'false']).filter(mine);
  const lint = run('oxlint', ['--type-aware', '--format=unix', '-c', '.oxlintrc.json', 'src', 'test', 'bench'])
    .filter((line) => /^\S+:\d+:\d+:/.test(line) || /error/i.test(line)).filter((line) => !/^0 |Found 0/.test(line)).filter(mine);
  const rooms = checkRooms().filter(mine);
  for (const line of [...types, ...lint, ...rooms]) process.stdout.write(`${line}\n`);
  return types.length + lint.length + rooms.length;
}

if (process.argv[1] && relative(process.argv[1], join(root, 'scripts/check.mjs')) === '') {
  process.exitCode = (await check(process.argv.slice(2))) === 0 ? 0 : 1;
}
