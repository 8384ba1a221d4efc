/** `tsalt --preview-target`: who would answer. Source: golden cli/salt-preview. */
import { join } from 'node:path';
import { askMaster, DOOR_NAME } from '../../client/door.js';
import { proofOf } from '../login/proof.js';
import { isPlainMap } from '../../kernel/std/value.js';
import type { CliContext } from '../context.js';
import { EXIT } from '../exit-code.js';
import { NO_RETURN } from './texts.js';
import type { SaltHost, SaltRequest } from './run-salt.js';

export async function previewTarget(context: CliContext & Pick<SaltHost, 'login'>, request: SaltRequest): Promise<number> {
  const minions = await targeted(context, request);
  if (minions.length > 0) {
    await context.show(minions, request.outputter);
    return EXIT.ok;
  }
  context.complain(NO_RETURN);
  return EXIT.noMinions;
}

/** Who would answer, as the master sees it. */
export async function targeted(context: Pick<SaltHost, 'opts' | 'signal' | 'login' | 'print'>, request: Pick<SaltRequest, 'tgt' | 'tgtType' | 'kwargs'>): Promise<string[]> {
  const proof = proofOf(context);
  const load = { fun: 'test.ping', tgt: request.tgt, tgt_type: request.tgtType, kwargs: request.kwargs };
  const path = join(String(context.opts['sock_dir']), DOOR_NAME);
  for await (const frame of askMaster(path, { op: 'preview', ...proof, load }, context.signal)) {
    if (frame['kind'] === 'refused') context.print(isPlainMap(frame['error']) ? String(frame['error']['message']) : 'Refused');
    if (frame['kind'] === 'preview' && Array.isArray(frame['minions'])) return frame['minions'].map(String);
  }
  return [];
}
