/** Rules of the minion's configuration, in Salt's order. Source: read and observed, Salt 3008.3. */
import { basename, dirname } from 'node:path';
import type { PlainMap } from '../std/value.js';
import type { Notices } from './notice.js';
import { joinPath, prefixRootDir } from './root-dir.js';
import { checkAlgorithm, deriveFolders, normalise, nameBackends, renameEnvironment, setWriteBuffer, text } from './shared-rules.js';

const PATHS = ['pki_dir', 'cachedir', 'sock_dir', 'extension_modules', 'pidfile'];
const MAYBE_ADDRESSES = ['log_file', 'key_logfile'];

/** Turns merged values into the options of a minion; the id is there already. @throws ConfigError */
export function applyMinionRules(opts: PlainMap, notices: Notices): void {
  renameEnvironment(opts, 'minion', notices);
  nameBackends(opts);
  appendId(opts);
  deriveFolders(opts);
  prefixRootDir(opts, PATHS, MAYBE_ADDRESSES);
  setWriteBuffer(opts);
  normalise(opts, 'minion', notices);
  checkAlgorithm(opts, 'encryption_algorithm', 'encryption', 'The encryption algorithm');
  checkAlgorithm(opts, 'signing_algorithm', 'signing', 'The signging algorithm');
  opts['__cachedir'] ??= opts['cachedir'] ?? null;
}

/** `append_minionid_config_dirs`: several minions on one machine get places of their own. */
function appendId(opts: PlainMap): void {
  const names = opts['append_minionid_config_dirs'];
  if (!Array.isArray(names)) return;
  const id = text(opts, 'id');
  for (const name of names) {
    if (name === 'pki_dir' || name === 'cachedir' || name === 'extension_modules') {
      opts[name] = joinPath(text(opts, name), id);
    } else if (name === 'default_include') {
      opts[name] = joinPath(joinPath(pythonDirname(text(opts, name)), id), basename(text(opts, name)));
    }
  }
  if (!names.includes('pidfile')) return;
  const path = text(opts, 'pidfile');
  opts['pidfile'] = joinPath(joinPath(joinPath(pythonDirname(path), 'salt'), id), basename(path));
}

/** Python's `dirname` of a bare name is empty, Node's is a dot. */
function pythonDirname(path: string): string {
  return path.includes('/') ? dirname(path) : '';
}
