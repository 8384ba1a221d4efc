/** From the command line of `tsalt-run` to its request. Source: golden cli/run-*. */
import { MasterUnreachableError } from '../../client/door.js';
import { openContext } from '../context.js';
import { EXIT } from '../exit-code.js';
import type { Run } from '../run-program.js';
import { parseWords } from '../words.js';
import { runRunner } from './run-runner.js';
import { showRunnerDocs } from './runner-docs.js';

export async function runAction(run: Run): Promise<number> {
  const { line } = run;
  const context = await openContext(run, { role: 'client', logName: 'tsalt.run' });
  const [fun, ...words] = line.words;
  if (line.values['doc'] === true || fun === undefined) return showRunnerDocs(context, fun ?? '', line.values['doc'] !== true);
  const noParse = String(line.values['no_parse'] ?? '').split(',');
  try {
    return await runRunner({
      fun, ...parseWords(words, { noParse }), async: line.values['async'] === true, quiet: line.values['quiet'] === true,
      outputter: line.given.has('output') ? String(line.values['output']) : null,
    }, context);
  } catch (error) {
    if (!(error instanceof MasterUnreachableError)) throw error;
    context.complain(`[ERROR   ] ${error.message}`);
    return EXIT.failed;
  }
}
