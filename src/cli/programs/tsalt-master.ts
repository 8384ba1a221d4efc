/** `tsalt-master`: the master daemon. */
import { findConfigDir, loadMasterConfig } from '../../kernel/config/load.js';
import { runDaemon } from '../daemon.js';

const at = process.argv.indexOf('-c');
const config = await loadMasterConfig({ configDir: findConfigDir(at > 0 ? process.argv[at + 1] : undefined) });
process.exitCode = await runDaemon({
  name: 'tsalt.master', config,
  start: async (host) => {
    const [{ startMaster }, { createSys }] = await Promise.all([import('../../master/master.js'), import('../../kernel/sys/sys.js')]);
    return startMaster({ ...host, sys: createSys() });
  },
});
process.exit();
