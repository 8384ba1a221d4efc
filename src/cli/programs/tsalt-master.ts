/** `tsalt-master`: the master daemon. */
import { masterTable } from '../options/daemons.data.js';
import { runProgram } from '../run-program.js';

await runProgram(masterTable, async ({ line }) => {
  const { runDaemonProgram } = await import('../daemon-program.js');
  return runDaemonProgram('master', line, async (host) => {
    const [{ startMaster }, { createSys }] = await Promise.all([import('../../master/master.js'), import('../../kernel/sys/sys.js')]);
    return startMaster({ ...host, sys: createSys() });
  });
}, { ownSignals: true });
