/** The generated parts of docs/security.md: commands and rules as a running master declares them, bounds, and modes of files. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { askMaster, DOOR_NAME } from '../../src/client/door.js';
import { isPlainMap, type PlainMap } from '../../src/kernel/std/value.js';
import { BOUND_TABLE } from '../../src/master/requests/bounds.data.js';
import { MASTER_FILES, MINION_FILES, type FileModes } from '../system/security/file-modes.data.js';
import { repository } from './fleet/salt-venv.js';
import { until } from './fleet/until.js';

export const SECURITY_PAGE = join(repository, 'docs', 'security.md');

/** The page with its generated parts as they have to be. */
export async function securityPage(page: string): Promise<string> {
  const tables = {
    commands: commandTable(await declaredCommands()), 'master-files': fileTable(MASTER_FILES), 'minion-files': fileTable(MINION_FILES),
    bounds: boundTable(),
  };
  return Object.entries(tables).reduce((text, [name, table]) => {
    const begin = `<!-- ${name}: begin -->`;
    const end = `<!-- ${name}: end -->`;
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new RangeError(`The page has no place for ${name}`);
    return `${text.slice(0, from + begin.length)}\n${table}\n${text.slice(to)}`;
  }, page);
}

function commandTable(commands: readonly PlainMap[]): string {
  const rows = commands.map(({ name, from, rule, bytes_max: bytes }) =>
    [from === 'open' ? 0 : 1, String(name), `| \`${String(name)}\` | ${from === 'open' ? 'clear' : 'sealed'} | ${sizeText(Number(bytes))} | ${String(rule)} |`] as const);
  const sorted = rows.toSorted((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
  return ['| command | sent | at most | who, and what of it is believed |', '|---|---|---|---|', ...sorted.map(([, , row]) => row)].join('\n');
}

function boundTable(): string {
  const rows = Object.entries(BOUND_TABLE).map(([name, { what, bound, beyond }]) => `| ${what} | ${bound} | ${beyond} | \`${name}\` |`);
  return ['| what | bound | beyond it | counter |', '|---|---|---|---|', ...rows].join('\n');
}

const KIB = 1024;
const sizeText = (bytes: number): string => (bytes >= KIB * KIB ? `${bytes / KIB / KIB} MiB` : `${bytes / KIB} KiB`);

function fileTable(files: readonly FileModes[]): string {
  return ['| path | mode | what |', '|---|---|---|', ...files.map(({ pattern, mode, what }) => `| \`${pattern}\` | ${mode} | ${what} |`)].join('\n');
}

/** Starts a master in a folder of its own, and asks it. */
async function declaredCommands(): Promise<PlainMap[]> {
  const dir = mkdtempSync(join(tmpdir(), 'ts-'));
  const { username } = userInfo();
  writeFileSync(join(dir, 'master'), JSON.stringify({
    root_dir: dir, user: username, id: 'page', interface: '127.0.0.1', ret_port: 0, publish_port: 0, pki_dir: 'pki', cachedir: 'cache', sock_dir: 'run',
    pidfile: 'master.pid', log_file: '', log_level: 'error',
  }));
  const child = spawn(process.execPath, [join(repository, 'bin/tsalt-master'), '-c', dir], { stdio: 'ignore' });
  try {
    return await until('the commands of a master', () => commandsAt(dir, username));
  } finally {
    child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  }
}

async function commandsAt(dir: string, user: string): Promise<PlainMap[] | undefined> {
  try {
    const key = readFileSync(join(dir, 'cache', `.${user}_key`), 'utf8');
    for await (const { data } of askMaster(join(dir, 'run', DOOR_NAME), { op: 'stats', key, user, load: {} }, AbortSignal.timeout(5000))) {
      if (isPlainMap(data)) return data['commands'] as PlainMap[];
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
  return undefined;
}
