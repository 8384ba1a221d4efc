/** `tsalt -d`: documentation of functions, asked of the minions. Source: golden cli/salt-doc-*. */
import { join } from 'node:path';
import { askMaster, DOOR_NAME } from '../../client/door.js';
import { readLocalKey } from '../../client/local-key.js';
import { isPlainMap, type PlainMap } from '../../kernel/std/value.js';
import type { CliContext } from '../context.js';
import { EXIT } from '../exit-code.js';
import type { SaltRequest } from './run-salt.js';

export async function showDocumentation(context: CliContext, request: SaltRequest, name: string): Promise<number> {
  const { key, user } = readLocalKey(context.opts);
  const load: PlainMap = { tgt: request.tgt, tgt_type: request.tgtType, fun: 'sys.doc', arg: name === '' ? [] : [name], ret: '', jid: '', kwargs: request.kwargs };
  const docs = new Map<string, string>();
  const path = join(String(context.opts['sock_dir']), DOOR_NAME);
  for await (const frame of askMaster(path, { op: 'publish', key, user, load }, context.signal)) {
    const ret = isPlainMap(frame['load']) ? frame['load']['return'] : undefined;
    if (frame['kind'] !== 'return' || !isPlainMap(ret)) continue;
    for (const [fun, text] of Object.entries(ret)) if (typeof text === 'string') docs.set(fun, text);
  }
  for (const [fun, text] of [...docs].sort(([a], [b]) => (a < b ? -1 : 1))) context.printRaw(`${fun}:\n${text}\n\n`);
  return EXIT.ok;
}
