/**
 * Functions that Salt serves under another name than they have in Python: `test.true` is `true_`. Python's messages
 * about arguments begin with the latter. Source: read, `__func_alias__` of Salt 3008.3.
 */
import type { PluginKind } from '../contract/plugin.js';

export const PYTHON_NAMES: Readonly<Partial<Record<PluginKind, Readonly<Record<string, string>>>>> = {
  modules: {
    'alternatives.set': 'set_', 'ansible.list': 'list_', 'archive.list': 'list_', 'archive.zip': 'zip_',
    'beacons.list': 'list_', 'chroot.apply': 'apply_', 'debconf.set': 'set_', 'disk.format': 'format_',
    'file.makedirs': 'makedirs_', 'file.normpath': 'normpath_', 'git.rm': 'rm_', 'logrotate.set': 'set_',
    'match.list': 'list_', 'minion.list': 'list_', 'npm.list': 'list_', 'partition.list': 'list_',
    'partition.set': 'set_', 'pip.list': 'list_', 'quota.set': 'set_', 'raid.list': 'list_',
    'schedule.list': 'list_', 'schedule.reload': 'reload_', 'sdb.set': 'set_', 'seed.apply': 'apply_',
    'service.reload': 'reload_', 'service.unmask': 'unmask_', 'state.apply': 'apply_', 'status.time': 'time_',
    'test.false': 'false_', 'test.true': 'true_', 'test.try': 'try_',
  },
  states: { 'file.copy': 'copy_', 'logrotate.set': 'set_' },
  runners: { 'cache.list': 'list_', 'reactor.list': 'list_', 'sdb.set': 'set_' },
  wheel: { 'key.list': 'list_', 'key.print': 'key_str' },
};
