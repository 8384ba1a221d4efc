/** `--subset`: some minions of the target, chosen at random among those that have the function. Source: read, Salt 3008.3; golden cli/salt-subset. */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { askMaster, DOOR_NAME } from '../../client/door.js';
import { proofOf } from '../login/proof.js';
import { isPlainMap } from '../../kernel/std/value.js';
import { publishLoad, type SaltHost, type SaltRequest } from './run-salt.js';
import { NO_MINIONS } from './texts.js';

/** The request for `count` minions by name, perhaps none. @throws MasterUnreachableError */
export async function subsetOf(request: SaltRequest, count: number, host: SaltHost): Promise<SaltRequest> {
  const proof = proofOf(host);
  const question: SaltRequest = { ...request, command: { fun: 'sys.list_functions', arg: [] }, ret: '', async: false };
  const { fun } = request.command;
  const able: string[] = [];
  const path = join(String(host.opts['sock_dir']), DOOR_NAME);
  for await (const frame of askMaster(path, { op: 'publish', ...proof, load: publishLoad(question) }, host.signal)) {
    if (frame['kind'] === 'no_minions') host.print(NO_MINIONS);
    const functions = isPlainMap(frame['load']) ? frame['load']['return'] : undefined;
    if (frame['kind'] === 'return' && typeof fun === 'string' && Array.isArray(functions) && functions.includes(fun)) able.push(String(frame['id']));
  }
  return { ...request, tgt: chosen(able, count), tgtType: 'list' };
}

/** Some at random, each with the same chance. */
export function chosen(ids: readonly string[], count: number, random: (below: number) => number = randomInt): string[] {
  const left = [...ids];
  const picked: string[] = [];
  while (left.length > 0 && picked.length < count) picked.push(...left.splice(random(left.length), 1));
  return picked;
}
