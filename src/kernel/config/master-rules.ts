/** Rules of the master's configuration, in Salt's order. Source: read and observed, Salt 3008.3. */
import { str } from '../std/python-text.js';
import { isMap, isNumber, isTruthy, mapEntries, mapFrom, mapHas, type PlainMap } from '../std/value.js';
import type { Notices } from './notice.js';
import { joinPath, prefixRootDir } from './root-dir.js';
import { checkAlgorithm, deriveFolders, nameBackends, normalise, renameEnvironment, setWriteBuffer, text } from './shared-rules.js';
import { effectivePools } from './worker-pools.js';

const PATHS = [
  'pki_dir', 'cachedir', 'pidfile', 'sock_dir', 'extension_modules', 'autosign_file', 'autoreject_file', 'token_dir',
  'syndic_dir', 'sqlite_queue_dir', 'autosign_grains_dir',
];
const MAYBE_ADDRESSES = ['log_file', 'key_logfile', 'ssh_log_file', 'api_logfile', 'api_pidfile'];
const WORKERS_MIN_WITH_PEER = 3;

/** Turns merged values into the options of a master; the id is there already. @throws ConfigError */
export function applyMasterRules(opts: PlainMap, notices: Notices): void {
  keepAclForRest(opts, notices);
  renameEnvironment(opts, 'master', notices);
  nameBackends(opts);
  deriveFolders(opts);
  opts['token_dir'] = joinPath(text(opts, 'cachedir'), 'tokens');
  opts['syndic_dir'] = joinPath(text(opts, 'cachedir'), 'syndics');
  setWriteBuffer(opts);
  prefixRootDir(opts, PATHS, MAYBE_ADDRESSES);
  settleCluster(opts, notices);
  opts['auto_accept'] = opts['auto_accept'] === true;
  normalise(opts, 'master', notices);
  listIgnored(opts);
  raiseWorkers(opts, notices);
  if (isTruthy(opts['worker_pools_enabled'])) opts['worker_pools'] = effectivePools(opts);
  checkSshOptions(opts, notices);
  checkAlgorithm(opts, 'publish_signing_algorithm', 'signing', 'The  publish signging algorithm');
  checkAlgorithm(opts, 'cluster_encryption_algorithm', 'encryption', 'The cluster encryption algorithm');
}

/** Before Salt 3008 this port was read from a name that never was an option. */
export function aliasClusterPort(overrides: PlainMap, notices: Notices): void {
  if (overrides['cluster_port'] === undefined || overrides['cluster_pool_port'] !== undefined) return;
  notices.add('warning', "The 'cluster_port' master opt is deprecated and will be removed in Argon+1 / Potassium; use 'cluster_pool_port' instead.");
  overrides['cluster_pool_port'] = overrides['cluster_port'];
}

function keepAclForRest(opts: PlainMap, notices: Notices): void {
  const auth = opts['external_auth'] ?? null;
  if (!isMap(auth) || !mapHas(auth, 'rest')) return;
  if (opts['keep_acl_in_token'] === false) {
    notices.add('warning', "The 'rest' external_auth backend requires 'keep_acl_in_token' to be True. Setting 'keep_acl_in_token' to True.");
  }
  opts['keep_acl_in_token'] = true;
}

function settleCluster(opts: PlainMap, notices: Notices): void {
  const isClustered = (opts['cluster_id'] ?? null) !== null;
  if (isClustered) {
    if (!isTruthy(opts['cluster_peers']) && !isTruthy(opts['cluster_secret'])) {
      notices.add('warning', 'Cluster id defined without defining cluster peers');
      opts['cluster_peers'] = [];
    }
    if (!isTruthy(opts['cluster_pki_dir'])) {
      notices.add('warning', 'Cluster id defined without defining cluster pki, falling back to pki_dir');
      opts['cluster_pki_dir'] = opts['pki_dir'] ?? null;
    }
    return;
  }
  if (isTruthy(opts['cluster_peers'])) {
    notices.add('warning', 'Cluster peers defined without a cluster_id, ignoring.');
    opts['cluster_peers'] = [];
  }
  if (isTruthy(opts['cluster_pki_dir'])) {
    notices.add('warning', 'Cluster pki dir defined without a cluster_id, ignoring.');
    opts['cluster_pki_dir'] = null;
  }
}

/**
 * One pattern may stand without a list.
 * Differs: Salt also drops regular expressions that Python cannot read; here their reader does, where they are used.
 */
function listIgnored(opts: PlainMap): void {
  for (const name of ['file_ignore_regex', 'file_ignore_glob']) {
    const value = opts[name];
    if (typeof value === 'string' && value !== '') opts[name] = [value];
  }
}

function raiseWorkers(opts: PlainMap, notices: Notices): void {
  const threads = opts['worker_threads'] ?? null;
  if (!isNumber(threads) || Number(threads) >= WORKERS_MIN_WITH_PEER || !isTruthy(opts['peer'])) return;
  notices.add('warning', `The 'worker_threads' setting in '${text(opts, 'conf_file')}' cannot be lower than 3. Resetting it to the default value of 3.`);
  opts['worker_threads'] = WORKERS_MIN_WITH_PEER;
}

/** Minions over SSH take pillar and file server from the master: options that would change them are dropped. */
function checkSshOptions(opts: PlainMap, notices: Notices): void {
  const given = opts['ssh_minion_opts'];
  if (given === undefined) return;
  if (!isMap(given)) {
    notices.add('error', 'Invalidly-formatted ssh_minion_opts');
    delete opts['ssh_minion_opts'];
    return;
  }
  opts['ssh_minion_opts'] = mapFrom(mapEntries(given).filter(([key]) => {
    const name = str(key);
    const isInherited = /^[a-z0-9]+fs_/i.test(name) || (name.includes('pillar') && name !== 'ssh_merge_pillar') || name === 'fileserver_backend';
    if (isInherited) notices.add('warning', `'${name}' is not a valid ssh_minion_opts parameter, ignoring`);
    return !isInherited;
  }));
}
