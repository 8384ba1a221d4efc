/** `tsalt-run jobs.follow JID`: goes on with the display of a job as `tsalt` shows it, with the same exit codes. */
import { join } from 'node:path';
import { askMaster, DOOR_NAME } from '../../client/door.js';
import { proofOf } from '../login/proof.js';
import { showJob, type SaltHost } from '../salt/run-salt.js';

export const FOLLOW = 'jobs.follow';

/** Gives the exit code. @throws MasterUnreachableError */
export function followJob(jid: string, outputter: string | null, host: SaltHost): Promise<number> {
  const proof = proofOf(host);
  const path = join(String(host.opts['sock_dir']), DOOR_NAME);
  const frames = askMaster(path, { op: 'follow', ...proof, load: { jid } }, host.signal);
  return showJob(frames, { async: false, static: false, verbose: false, showJid: false, summary: false, strict: true, outputter }, host);
}
