/** What the command lines of both daemons do: read the configuration, go to the background when asked, run. */
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findConfigDir, loadMasterConfig, loadMinionConfig, type ConfigRequest } from '../kernel/config/load.js';
import { becomeAccount } from './daemon-account.js';
import { detach, DETACHED_MARK, runDaemon, type DaemonOptions } from './daemon.js';
import type { ParsedLine } from './parsed-line.js';
import { readSdb } from './sdb-reader.js';
import { keepCodeSmall, keepHeapSmall } from './small-heap.js';
import { needLogFile } from './system-error.js';

/** What differs between the daemons. The service of the API reads the configuration of the master. */
const ROLES = {
  master: { name: 'tsalt.master', load: loadMasterConfig, pidOption: 'pidfile', pidUsual: '', logOption: 'log_file', logUsual: '' },
  minion: { name: 'tsalt.minion', load: (request: ConfigRequest) => loadMinionConfig({ ...request, cacheMinionId: true }), pidOption: 'pidfile', pidUsual: '', logOption: 'log_file', logUsual: '' },
  api: { name: 'tsalt.api', load: loadMasterConfig, pidOption: 'api_pidfile', pidUsual: 'run/salt-api.pid', logOption: 'api_logfile', logUsual: 'log/salt/api' },
} as const;

export async function runDaemonProgram(role: keyof typeof ROLES, line: ParsedLine, start: DaemonOptions['start']): Promise<number> {
  keepHeapSmall();
  if (role === 'minion') keepCodeSmall();
  const { values, given } = line;
  const text = (dest: string): string | undefined => (given.has(dest) && typeof values[dest] === 'string' ? values[dest] : undefined);
  const named = text('config_dir');
  const configDir = findConfigDir(named?.replace(/^~(?=\/|$)/, homedir()));
  if (!(statSync(configDir, { throwIfNoEntry: false })?.isDirectory() ?? false)) {
    process.stderr.write(`WARNING: CONFIG '${configDir}' directory does not exist.\n`);
  }
  const { name, load, pidOption, pidUsual, logOption, logUsual } = ROLES[role];
  const config = await load({ configDir, sdb: readSdb });
  const usual = (path: string): string => (path === '' ? '' : join(String(config.opts['root_dir'] ?? '/'), 'var', path));
  const pidFile = text('pidfile') ?? String(config.opts[pidOption] ?? usual(pidUsual));
  const logFile = text(logOption) ?? String(config.opts[logOption] ?? usual(logUsual));
  needLogFile(logFile);
  if (values['daemon'] === true && process.env[DETACHED_MARK] !== '1') {
    return detach(process.argv.slice(2), pidFile, logFile);
  }
  const { createSys } = await import('../kernel/sys/sys.js');
  await becomeAccount({ ...config.opts, pidfile: pidFile, log_file: logFile, ...(text('user') === undefined ? {} : { user: text('user') ?? '' }) }, createSys());
  return runDaemon({
    name, config, pidFile, start, logFile: role === 'api' ? logFile : text('log_file'),
    logLevel: text('log_level'), logFileLevel: text('log_level_logfile'),
  });
}
