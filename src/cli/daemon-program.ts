/** What the command lines of both daemons do: read the configuration, go to the background when asked, run. */
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { findConfigDir, loadMasterConfig, loadMinionConfig } from '../kernel/config/load.js';
import { becomeAccount } from './daemon-account.js';
import { detach, DETACHED_MARK, runDaemon, type DaemonOptions } from './daemon.js';
import type { ParsedLine } from './parsed-line.js';
import { readSdb } from './sdb-reader.js';
import { keepHeapSmall } from './small-heap.js';

export async function runDaemonProgram(role: 'master' | 'minion', line: ParsedLine, start: DaemonOptions['start']): Promise<number> {
  keepHeapSmall();
  const { values, given } = line;
  const text = (dest: string): string | undefined => (given.has(dest) && typeof values[dest] === 'string' ? values[dest] : undefined);
  const named = text('config_dir');
  const configDir = findConfigDir(named?.replace(/^~(?=\/|$)/, homedir()));
  if (!(statSync(configDir, { throwIfNoEntry: false })?.isDirectory() ?? false)) {
    process.stderr.write(`WARNING: CONFIG '${configDir}' directory does not exist.\n`);
  }
  const config = role === 'master'
    ? await loadMasterConfig({ configDir, sdb: readSdb })
    : await loadMinionConfig({ configDir, cacheMinionId: true, sdb: readSdb });
  const pidFile = text('pidfile') ?? String(config.opts['pidfile'] ?? '');
  if (values['daemon'] === true && process.env[DETACHED_MARK] !== '1') {
    return detach(process.argv.slice(2), pidFile, text('log_file') ?? String(config.opts['log_file'] ?? ''));
  }
  const { createSys } = await import('../kernel/sys/sys.js');
  await becomeAccount({ ...config.opts, pidfile: pidFile, ...(text('user') === undefined ? {} : { user: text('user') ?? '' }) }, createSys());
  return runDaemon({
    name: role === 'master' ? 'tsalt.master' : 'tsalt.minion', config, pidFile, start,
    logLevel: text('log_level'), logFile: text('log_file'), logFileLevel: text('log_level_logfile'),
  });
}
