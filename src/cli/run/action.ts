/** From the command line of `tsalt-run` to its request. Source: golden cli/run-*. */
import { MasterUnreachableError } from '../../client/door.js';
import { isWatched, openContext } from '../context.js';
import { EXIT } from '../exit-code.js';
import { withLogin } from '../login/login.js';
import { liveText } from '../print/live-line.js';
import { stateLine } from '../print/state-line.js';
import type { Run } from '../run-program.js';
import { jobHost } from '../salt/job-host.js';
import { parseWords } from '../words.js';
import { followJob, FOLLOW } from './follow.js';
import { runRunner } from './run-runner.js';
import { showRunnerDocs } from './runner-docs.js';

/** A runner that needs no function. */
const STATS = 'stats';

export async function runAction(run: Run): Promise<number> {
  const { line } = run;
  const opened = await openContext(run, { role: 'client', logName: 'tsalt.run' });
  const [word, ...words] = line.words;
  const fun = word === STATS ? `${STATS}.show` : word;
  if (line.values['doc'] === true || fun === undefined) return showRunnerDocs(opened, fun ?? '', line.values['doc'] !== true);
  const noParse = String(line.values['no_parse'] ?? '').split(',');
  const outputter = line.given.has('output') ? String(line.values['output']) : null;
  const isAsync = line.values['async'] === true;
  const { args, kwargs } = parseWords(words, { noParse });
  const jid = args[0] ?? kwargs['jid'];
  try {
    const context = await withLogin(opened);
    if (context === undefined) {
      opened.complain('[ERROR   ] Authentication failed');
      return line.values['strict'] === true ? EXIT.failed : EXIT.ok;
    }
    if (fun === FOLLOW && !isAsync && jid !== undefined) return await followJob(String(jid), outputter, jobHost(run, context));
    using steps = !isAsync && isWatched(context) ? stateLine(liveText(process.stderr, true), 'step') : undefined;
    return await runRunner({ fun, args, kwargs, async: isAsync, quiet: line.values['quiet'] === true, strict: line.values['strict'] === true, outputter }, context, steps);
  } catch (error) {
    if (!(error instanceof MasterUnreachableError)) throw error;
    opened.complain(`[ERROR   ] ${error.message}`);
    return EXIT.failed;
  }
}
