/** One job on the targeted minions, its returns gathered. */
import { join } from 'node:path';
import { askMaster, DOOR_NAME } from '../../client/door.js';
import { TsaltError } from '../../kernel/contract/errors.js';
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { proofOf, type ProofHost } from '../login/proof.js';

export interface Audience {
  readonly tgt: Value;
  readonly tgtType: string;
}

export interface JobReturns {
  readonly returns: ReadonlyMap<string, Value>;
  /** Targeted, and silent. */
  readonly missing: readonly string[];
}

/** Runs a function and waits for its returns. */
export type AskMinions = (audience: Audience, fun: string, arg: readonly Value[]) => Promise<JobReturns>;

/** The master does not let this user do it. */
export class RefusedError extends TsaltError {
  readonly code = 'cli.refused';
}

export interface AskHost extends ProofHost {
  readonly signal: AbortSignal;
}

/** Arguments by name, as one of a job: by position a minion takes text such as `aGk=` for a name. */
export const byName = (args: PlainMap): Value[] => [{ ...args, __kwarg__: true }];

export function askMinions(host: AskHost, timeoutMs: number): AskMinions {
  const proof = proofOf(host);
  const path = join(String(host.opts['sock_dir']), DOOR_NAME);
  return async ({ tgt, tgtType }, fun, arg) => {
    const load = { tgt, tgt_type: tgtType, fun, arg: [...arg], ret: '', jid: '', kwargs: {}, wait: true, timeout_ms: timeoutMs };
    const returns = new Map<string, Value>();
    const missing: string[] = [];
    for await (const frame of askMaster(path, { op: 'publish', ...proof, load }, host.signal)) {
      const id = String(frame['id']);
      if (frame['kind'] === 'refused') throw new RefusedError(isPlainMap(frame['error']) ? String(frame['error']['message']) : 'Refused by the master');
      if (frame['kind'] === 'return') returns.set(id, isPlainMap(frame['load']) ? frame['load']['return'] ?? null : null);
      if (frame['kind'] === 'missing') missing.push(id);
    }
    return { returns, missing };
  };
}
