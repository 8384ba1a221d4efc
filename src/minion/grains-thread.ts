/**
 * Grains at once: a thread gathers them, and this one stands still until it has them. Only for commands, where a reader of a single
 * grain cannot wait; `DeferredFacts` sees to it that this is seldom. `grainsNow` asks, `giveGrains` is the thread's side.
 */
import { join } from 'node:path';
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import { decodeBus, encodeBus } from '../bus/codec/codec.js';
import { CommandExecutionError } from '../kernel/contract/errors.js';
import type { Logger } from '../kernel/contract/log.js';
import { ModuleHost } from '../kernel/loader/module-host.js';
import { createConsoleLog } from '../kernel/log/log.js';
import { isPlainMap, type PlainMap } from '../kernel/std/value.js';
import { createSys } from '../kernel/sys/sys.js';
import { gatherGrains } from './grains.js';
import { pluginFolders } from './plugin-folders.js';

/** Longest that a reader stands still. */
const WAIT_MS = 60_000;

export interface GrainsTask {
  readonly distDir: string;
  /** The configuration, as bytes: values of ours do not go from thread to thread. */
  readonly opts: Uint8Array;
  readonly port: MessagePort;
  /** Set to 1 when the grains are in the port. */
  readonly done: SharedArrayBuffer;
}

/** @throws CommandExecutionError when the thread fails */
export function grainsNow({ distDir, opts, log }: { readonly distDir: string; readonly opts: Readonly<PlainMap>; readonly log: Logger }): PlainMap {
  log.debug({}, 'a grain is read that was not gathered yet: gathering all');
  const { port1, port2 } = new MessageChannel();
  const done = new SharedArrayBuffer(4);
  const task: GrainsTask = { distDir, opts: encodeBus(opts), port: port2, done };
  const worker = new Worker(join(distDir, 'workers', 'grains-worker.js'), {
    workerData: task, transferList: [port2],
    // It hands descriptors to programs and closes them; the thread ends as soon as it has answered.
    trackUnmanagedFds: false,
  });
  worker.unref();
  Atomics.wait(new Int32Array(done), 0, 0, WAIT_MS);
  const answer = receiveMessageOnPort(port1) as { message: Uint8Array } | undefined;
  port1.close();
  const grains = answer === undefined ? undefined : decodeBus(answer.message);
  if (!isPlainMap(grains)) throw new CommandExecutionError('Grains cannot be gathered');
  return grains;
}

export async function giveGrains({ distDir, opts: bytes, port, done }: GrainsTask): Promise<void> {
  try {
    const opts = decodeBus(bytes) as PlainMap;
    const [sys, log] = [createSys(), createConsoleLog({ opts, name: 'tsalt.call' })];
    await using host = new ModuleHost({
      distDir, opts, sys, log, id: String(opts['id']), grains: () => ({}), pillar: () => ({}), userDirs: pluginFolders(opts), ports: {},
    });
    port.postMessage(encodeBus(await gatherGrains(host, { opts, sys, log })));
  } finally {
    Atomics.store(new Int32Array(done), 0, 1);
    Atomics.notify(new Int32Array(done), 0);
  }
}
