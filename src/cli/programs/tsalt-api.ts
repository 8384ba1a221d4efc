/** `tsalt-api`: serves the master over HTTP. */
import { apiTable } from '../options/daemons.data.js';
import { runProgram } from '../run-program.js';

await runProgram(apiTable, async ({ line }) => {
  const { runDaemonProgram } = await import('../daemon-program.js');
  return runDaemonProgram('api', line, async ({ opts, log, distDir }) => {
    const { startApi } = await import('../../api/start-api.js');
    const running = await startApi({ opts, log, distDir });
    process.on('SIGHUP', () => running.reload());
    return running;
  });
}, { ownSignals: true });
