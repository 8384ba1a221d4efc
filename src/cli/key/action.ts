/** From the command line of `tsalt-key` to its request. */
import type { PlainMap } from '../../kernel/std/value.js';
import { openContext, type CliContext } from '../context.js';
import { EXIT } from '../exit-code.js';
import { withLogin } from '../login/login.js';
import { createSys } from '../../kernel/sys/sys.js';
import { switchUser } from '../switch-user.js';
import { keyDesk } from './key-desk.js';
import { remoteKeyDesk } from './remote-desk.js';
import { runKey, type KeyDesk } from './run-key.js';
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
  const logged = String(values['eauth'] ?? '') === '' ? { login: undefined } : await withLogin({ ...context, opts });
  if (logged === undefined) return EXIT.failed;
  const desk = logged.login === undefined ? await localDesk(context, opts) : remoteKeyDesk({ opts, login: logged.login, signal: context.signal });
  return runKey(request, desk, {
    print: (text) => context.print(text), complain: (text) => context.complain(text), ask: askLine, show: (data, outputter) => context.show(data, outputter),
  });
}

/** On the files of the master. */
async function localDesk({ log, complain }: CliContext, opts: Readonly<PlainMap>): Promise<KeyDesk> {
  const sys = createSys();
  const owner = await switchUser(String(opts['user']), sys);
  return keyDesk({ opts, log, sys, owner, complain: (text) => complain(text) });
}
