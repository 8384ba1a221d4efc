/** A request of the command line to run a job on a few minions at a time. A client that goes away changes nothing for the batch. */
import { InvocationError } from '../../kernel/contract/errors.js';
import type { Logger } from '../../kernel/contract/log.js';
import { deferred } from '../../kernel/std/async.js';
import { isNumber, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { Allowance } from '../access/authorise.js';
import { orderOf } from '../commands/open/open.js';
import { JobStoreError } from '../jobs/job-store.js';
import { TooManyBatchesError, type Batches, type BatchOrder, type BatchStep } from '../jobs/batch.js';

export type Send = (frame: PlainMap) => Promise<void>;

export interface BatchDoorParts {
  readonly batches: Batches;
  readonly defaults: { readonly timeoutMs: number; readonly gatherTimeoutMs: number };
  readonly log: Logger;
}

/** Frames that may wait for a client that reads slowly. */
const FRAMES_MAX = 1000;

/** `batch` is what is said of the batch itself: size, wait_ms, failhard. */
export async function serveBatch(load: PlainMap, batch: PlainMap, allowed: Allowance, parts: BatchDoorParts, send: Send): Promise<void> {
  const isDetached = load['wait'] === false;
  const asked: BatchOrder = {
    order: orderOf(load, allowed), size: batch['size'] ?? null, waitMs: msOf(batch['wait_ms'], 0), failhard: batch['failhard'] === true,
    driver: isDetached ? 'master' : 'cli',
    timeoutMs: msOf(load['timeout_ms'], parts.defaults.timeoutMs), gatherTimeoutMs: msOf(load['gather_timeout_ms'], parts.defaults.gatherTimeoutMs),
  };
  const first = deferred<void>();
  const frames = new Frames(send);
  let hasBegun = false;
  const say = async (step: BatchStep): Promise<void> => {
    // Who does not wait hears of the beginning alone.
    if (!isDetached || !hasBegun) await frames.add(frameOf(step));
    hasBegun = true;
    first.resolve();
  };
  const run = parts.batches.run(asked, say).catch((error: unknown) => refusal(error, hasBegun, parts.log, (frame) => frames.add(frame)));
  await (isDetached ? Promise.race([first.promise, run]) : run);
  await frames.sent();
}

/** Frames on their way to a client that may read slowly: the batch does not wait for it, until very many wait. */
class Frames {
  readonly #send: Send;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(send: Send) {
    this.#send = send;
  }

  async add(frame: PlainMap): Promise<void> {
    this.#waiting += 1;
    this.#last = this.#last.then(() => this.#send(frame)).finally(() => {
      this.#waiting -= 1;
    });
    if (this.#waiting >= FRAMES_MAX) await this.#last;
  }

  /** When all are out. */
  sent(): Promise<void> {
    return this.#last;
  }
}

/** What is wrong with the request is for the client; anything else is for the log too. */
async function refusal(error: unknown, hasBegun: boolean, log: Logger, send: Send): Promise<void> {
  if (error instanceof InvocationError) return send({ kind: 'bad_batch', error: error.message });
  log.error({ err: error }, 'batch ended early');
  await send({ kind: 'refused', error: { name: 'BatchError', message: sentenceOf(error, hasBegun) } });
}

function sentenceOf(error: unknown, hasBegun: boolean): string {
  if (error instanceof TooManyBatchesError) return error.message;
  if (error instanceof JobStoreError) return `${hasBegun ? 'The batch ended early' : 'The job was not published'}: ${error.message}`;
  return 'The batch ended early; the log of the master says why';
}

function frameOf(step: BatchStep): PlainMap {
  switch (step.kind) {
    case 'returned':
      return { kind: 'return', id: step.id, load: step.load };
    case 'begun':
      return { kind: 'batch_begun', jid: step.jid, minions: [...step.minions], down: [...step.down] };
    case 'next':
      return { kind: 'batch_next', minions: [...step.minions] };
    case 'nobody_there':
      return { kind: 'batch_empty' };
    case 'halted':
      return { kind: 'batch_halted', reason: step.reason };
    case 'missing':
    case 'no_minions':
      return { ...step };
  }
}

/** Milliseconds of a request. */
export const msOf = (value: Value | undefined, fallback: number): number => (isNumber(value) && Number(value) >= 0 ? Number(value) : fallback);
