/** From the command line of `tsalt-key` to its request. */
import type { PlainMap } from '../../kernel/std/value.js';
import { openContext } from '../context.js';
import { createSys } from '../../kernel/sys/sys.js';
import { switchUser } from '../switch-user.js';
import { keyDesk } from './key-desk.js';
import { runKey } from './run-key.js';
import { asSwitch, configDirFor, keyRequest } from './key-request.js';
import { EndOfProgram } from '../parsed-line.js';
import type { Run } from '../run-program.js';
import { askLine } from '../stdin.js';

export async function keyAction(run: Run): Promise<number> {
  const request = keyRequest(run.line);
  const { values, words } = run.line;
  const configDir = configDirFor(request, run.line);
  const context = await openContext(run, {
    role: 'client', logName: 'tsalt.key', logFileOption: 'key_logfile', ...(configDir === undefined ? {} : { configDir }),
  });
  const opts: Readonly<PlainMap> = Object.freeze({
    ...context.opts,
    rotate_aes_key: asSwitch(context.opts['rotate_aes_key'] ?? null), preserve_minions: asSwitch(context.opts['preserve_minions'] ?? null),
  });
  if (values['delete_all'] === true && words.length > 0) {
    throw new EndOfProgram(0, { stderr: 'Error: Delete all takes no arguments. Use -d to delete specified keys\n' });
  }
  const sys = createSys();
  const owner = await switchUser(String(opts['user']), sys);
  const desk = keyDesk({ opts, log: context.log, sys, owner, complain: (text) => context.complain(text) });
  return runKey(request, desk, {
    print: (text) => context.print(text), complain: (text) => context.complain(text), ask: askLine, show: (data, outputter) => context.show(data, outputter),
  });
}
