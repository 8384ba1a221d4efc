/** What a command that watches a job has besides: a line for who looks at a terminal, and a word for who ends it early. */
import { isTerminal, isWatched, type CliContext } from '../context.js';
import { liveLine } from '../print/live-line.js';
import { statesOverview } from '../print/states-overview.js';
import type { Run } from '../run-program.js';
import type { SaltHost } from './run-salt.js';
import { goesOnText } from './texts.js';

export function jobHost(run: Run, context: CliContext & Pick<SaltHost, 'login'>): SaltHost & CliContext {
  const live = liveLine(process.stderr, isWatched(context));
  const onJob = (jid: string): void => {
    run.onInterrupt = () => {
      live.erase();
      return goesOnText(jid);
    };
  };
  const { opts, line } = context;
  const isSummed = isTerminal(opts) && !line.given.has('output') && (opts['output'] ?? null) === null;
  return { ...context, live, onJob, isRead: process.stderr.isTTY, ...(isSummed ? { overview: statesOverview(context) } : {}) };
}
