/** `tsalt-minion`: the minion daemon. */
import { minionTable } from '../options/daemons.data.js';
import { runProgram } from '../run-program.js';

await runProgram(minionTable, async ({ line }) => {
  const { runDaemonProgram } = await import('../daemon-program.js');
  return runDaemonProgram('minion', line, async (host) => {
    const [{ startMinion }, { createSys }] = await Promise.all([import('../../minion/minion.js'), import('../../kernel/sys/sys.js')]);
    return startMinion({ ...host, sys: createSys() });
  });
}, { ownSignals: true });
