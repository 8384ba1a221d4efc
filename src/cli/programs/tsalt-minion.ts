/** `tsalt-minion`: the minion daemon. */
import { findConfigDir, loadMinionConfig } from '../../kernel/config/load.js';
import { runDaemon } from '../daemon.js';

const at = process.argv.indexOf('-c');
const config = await loadMinionConfig({ configDir: findConfigDir(at > 0 ? process.argv[at + 1] : undefined), cacheMinionId: true });
process.exitCode = await runDaemon({
  name: 'tsalt.minion', config,
  start: async (host) => {
    const [{ startMinion }, { createSys }] = await Promise.all([import('../../minion/minion.js'), import('../../kernel/sys/sys.js')]);
    return startMinion({ ...host, sys: createSys() });
  },
});
process.exit();
