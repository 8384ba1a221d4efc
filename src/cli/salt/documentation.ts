/** The function `sys.doc` on the command line, also as `tsalt -d`: one text of all minions. Source: golden cli/salt-doc-*. */
import { join } from 'node:path';
import { askMaster, DOOR_NAME } from '../../client/door.js';
import { proofOf } from '../login/proof.js';
import { isPlainMap } from '../../kernel/std/value.js';
import type { CliContext } from '../context.js';
import { EXIT } from '../exit-code.js';
import { publishLoad, type SaltHost, type SaltRequest } from './run-salt.js';
import { NO_DOCS, NO_MINIONS } from './texts.js';

export async function showDocumentation(context: CliContext & Pick<SaltHost, 'login'>, request: SaltRequest): Promise<number> {
  const proof = proofOf(context);
  const docs = new Map<string, string>();
  let answers = 0;
  const path = join(String(context.opts['sock_dir']), DOOR_NAME);
  for await (const frame of askMaster(path, { op: 'publish', ...proof, load: publishLoad(request) }, context.signal)) {
    if (frame['kind'] === 'refused') {
      context.print(isPlainMap(frame['error']) ? String(frame['error']['message']) : 'Refused');
      return EXIT.ok;
    }
    if (frame['kind'] === 'no_minions') context.print(NO_MINIONS);
    if (frame['kind'] === 'return' || frame['kind'] === 'missing') answers += 1;
    const ret = isPlainMap(frame['load']) ? frame['load']['return'] : undefined;
    if (frame['kind'] !== 'return' || !isPlainMap(ret)) continue;
    for (const [fun, text] of Object.entries(ret)) if (typeof text === 'string' && text !== '' && !docs.has(fun)) docs.set(fun, text);
  }
  if (answers === 0) {
    context.complain(NO_DOCS);
    return EXIT.noMinions;
  }
  for (const [fun, text] of [...docs].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (request.outputter === null) context.printRaw(`${fun}:\n${text}\n\n`);
    else await context.show({ [fun]: text }, request.outputter);
  }
  return EXIT.ok;
}
