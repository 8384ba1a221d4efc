/** Arguments of states that are the engine's own. Source: read, Salt 3008.3. */
import { REQUISITES } from '../high-data.js';

/** Not handed to state functions that take any keyword, and not refused by those that do not. */
export const ENGINE_WORDS: ReadonlySet<string> = new Set([
  ...REQUISITES, 'onfail_stop',
  'onchanges_in', 'onfail_in', 'prereq_in', 'watch_in', 'require_in', 'listen_in',
  'fun', 'state', 'check_cmd', 'cmd_opts_exclude', 'failhard', 'onlyif', 'unless', 'creates', 'retry', 'order', 'parallel', 'prereq', 'prereq_in',
  'reload_modules', 'reload_grains', 'reload_pillar', 'runas', 'runas_password', 'no_log', 'fire_event', 'saltenv', 'umask', 'use', 'use_in',
  '__env__', '__sls__', '__id__', '__sls_included_from__', '__orchestration_jid__',
  '__pub_user', '__pub_arg', '__pub_jid', '__pub_fun', '__pub_tgt', '__pub_ret', '__pub_pid', '__pub_tgt_type', '__pub_resource_targets',
  '__pub_minion_is_target', '__pub_resource_target', '__pub_resource_job', '__pub_pure_resource_target',
  '__prereq__', '__prerequiring__', '__umask__',
]);
