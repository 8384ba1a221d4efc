/** The inside of a thread that compiles pillars. Several are under way at once: templates let each other have their turn. */
import type { MessagePort } from 'node:worker_threads';
import { decodeBus, encodeBus, encodeNetwork } from '../../bus/codec/codec.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import type { Logger } from '../../kernel/contract/log.js';
import type { Ports } from '../../kernel/contract/ports.js';
import { ModuleHost } from '../../kernel/loader/module-host.js';
import { pack, packError, unpack, unpackError, type LogLevel } from '../../kernel/loader/worker-messages.js';
import { deferred, type Deferred } from '../../kernel/std/async.js';
import { BoundedCache } from '../../kernel/std/bounded-cache.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { createSys } from '../../kernel/sys/sys.js';
import { FileClient } from '../../sls/files/file-client.js';
import type { FileSource } from '../../sls/files/file-source.js';
import { compilePillar, compileTop, type PillarHost } from '../../sls/pillar/compile.js';
import type { PillarInputs } from '../../sls/pillar/inputs.js';
import type { PillarRequest } from '../../sls/pillar/request.js';
import { ALIVE_MS, packedPillar, type FromThread, type PackedPillar, type ThreadData, type ToThread, type Wanted } from './messages.js';

/** What is compiled here needs. */
export interface ThreadHost extends PillarHost {
  readonly files: FileClient;
  readonly unpack: (bytes: Uint8Array) => Value;
}

/** Grains by which modules say whether they work on a machine. */
const PLATFORM = ['kernel', 'os', 'os_family', 'osfullname', 'osrelease', 'osmajorrelease', 'osfinger', 'init', 'virtual', 'cpuarch'] as const;
/** Kinds of machines for which modules are kept. */
const PLATFORMS_MAX = 20;

const NO_INPUTS: PillarInputs = { files: [], listings: [], fleeting: 'not kept' };

interface PlatformHost {
  readonly host: ModuleHost;
  readonly names: Promise<readonly string[]>;
}

/** Takes orders until the thread is ended. */
export function servePillars(port: MessagePort, data: ThreadData): void {
  const send = (message: FromThread, moved: readonly ArrayBuffer[] = []): void => port.postMessage(message, [...moved]);
  const running = new Map<number, AbortController>();
  const asked = new Map<number, Deferred<unknown>>();
  const host = pillarHost(data, send, asked);
  setInterval(() => {
    if (running.size > 0) send({ type: 'alive' });
  }, ALIVE_MS).unref();
  port.on('message', (message: ToThread) => {
    switch (message.type) {
      case 'answer': return settle(asked, message.ask)?.resolve(unpack(message.value));
      case 'refusal': return settle(asked, message.ask)?.reject(unpackError(message.error));
      case 'abort': return running.get(message.id)?.abort(new CommandExecutionError(message.reason));
      case 'compile': {
        const stop = new AbortController();
        running.set(message.id, stop);
        compile(message.wanted, message.request, host, data.bytesMax, stop.signal)
          .then((made) => send({ type: 'done', id: message.id, ...made }, buffersOf(made)))
          .catch((error: unknown) => send({ type: 'failed', id: message.id, error: packError(error) }))
          .finally(() => running.delete(message.id));
      }
    }
  });
}

function settle(asked: Map<number, Deferred<unknown>>, ask: number): Deferred<unknown> | undefined {
  const waiting = asked.get(ask);
  asked.delete(ask);
  return waiting;
}

async function compile(wanted: Wanted, bytes: Uint8Array, host: ThreadHost, bytesMax: number, signal: AbortSignal): Promise<PackedPillar> {
  if (wanted === 'reactions') {
    const { reactionsOf } = await import('../reactor/thread-side.js');
    return packedPillar(new Uint8Array(), encodeBus(await reactionsOf(decodeBus(bytes), host, signal)), NO_INPUTS);
  }
  const request = decodeBus(bytes) as unknown as PillarRequest;
  const { value, inputs } = await (wanted === 'top' ? topOf(request, host, signal) : pillarOf(request, host, signal));
  signal.throwIfAborted();
  const network = encodeNetwork(value);
  if (network.length > bytesMax) throw new CommandExecutionError(`The pillar has ${network.length} bytes, more than the ${bytesMax} that are allowed`);
  return packedPillar(network, encodeBus(value), inputs);
}

async function pillarOf(request: PillarRequest, host: PillarHost, signal: AbortSignal) {
  const { pillar, inputs } = await compilePillar(request, host, signal);
  return { value: pillar, inputs };
}

/** `{top, errors}` */
async function topOf(request: PillarRequest, host: PillarHost, signal: AbortSignal) {
  const { shown, errors } = await compileTop(request, host, signal);
  return { value: { top: shown, errors: [...errors] }, inputs: NO_INPUTS };
}

/** What is small is copied sooner than moved. */
const MOVED_BYTES_MIN = 32_768;

/** Bytes that are moved to the other side instead of copied. */
const buffersOf = ({ network, bus }: PackedPillar): ArrayBuffer[] =>
  [...new Set([network, bus])].filter(({ length }) => length >= MOVED_BYTES_MIN).map(({ buffer }) => buffer as ArrayBuffer);

function pillarHost({ opts: packed, distDir, userDirs, ports, heard }: ThreadData, send: (message: FromThread) => void, asked: Map<number, Deferred<unknown>>): ThreadHost {
  const opts = Object.freeze(decodeBus(packed) as PlainMap);
  const log = remoteLog((level, fields, text) => {
    if (heard.includes(level)) send({ type: 'log', level, fields: plainFields(fields), text });
  }, {});
  const sys = createSys();
  let asks = 0;
  const ask = (name: string, method: string, args: unknown[]): Promise<unknown> => {
    asks += 1;
    const answer = deferred<unknown>();
    asked.set(asks, answer);
    send({ type: 'ask', ask: asks, port: name, method, args: pack(args) });
    return answer.promise;
  };
  const files = new FileClient({
    source: remotePort((method, args) => ask('fileSource', method, args)) as FileSource, cacheDir: String(opts['cachedir']), hashType: String(opts['hash_type'] ?? 'sha256'), id: String(opts['id']),
  });
  const masterPorts = Object.fromEntries(ports.map((name) => [name, remotePort((method, args) => ask(name, method, args))])) as Partial<Ports>;
  const hosts = new BoundedCache<string, PlatformHost>(PLATFORMS_MAX);
  const hostFor = (grains: PlainMap): PlatformHost => {
    const platform = Object.fromEntries(PLATFORM.map((name) => [name, grains[name] ?? null]));
    return hosts.get(JSON.stringify(platform), () => {
      const host = new ModuleHost({
        distDir, opts, sys, log: withoutDetails(log), id: String(opts['id']), userDirs: (kind) => userDirs[kind] ?? [], grains: () => platform as PlainMap, pillar: () => ({}),
        ports: { ...masterPorts, files, pack: { pack: (value) => encodeBus(value), unpack: (bytes) => decodeBus(bytes) } },
      });
      return { host, names: host.catalog.functions('modules') };
    });
  };
  return { opts, sys, log, files, unpack: (bytes) => decodeBus(bytes), modules: (grains) => hostFor(grains).host, functions: (grains) => hostFor(grains).names };
}

/** Methods of a port on the other side: all give promises. */
function remotePort(ask: (method: string, args: unknown[]) => Promise<unknown>): unknown {
  const method = (_: object, key: string | symbol) => (typeof key !== 'string' || key === 'then' ? undefined
    : (...args: unknown[]) => iterable(ask(key, args)));
  return new Proxy({}, { get: method });
}

function iterable(promise: Promise<unknown>): Promise<unknown> & AsyncIterable<unknown> {
  return Object.assign(promise, {
    async *[Symbol.asyncIterator]() {
      yield* await promise as Value[];
    },
  });
}

function remoteLog(send: (level: LogLevel, fields: Readonly<Record<string, unknown>>, text: string) => void, more: Readonly<Record<string, unknown>>): Logger {
  const at = (level: LogLevel) => (fields: Readonly<Record<string, unknown>>, text: string) => send(level, { ...more, ...fields }, text);
  return {
    error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug'), trace: at('trace'),
    child: (fields) => remoteLog(send, { ...more, ...fields }),
  };
}

/** Functions that pillars call may tell in detail what they handle, and that is secret here. */
const withoutDetails = (log: Logger): Logger => ({ ...log, debug: () => undefined, trace: () => undefined, child: (fields) => withoutDetails(log.child(fields)) });

const plainFields = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, typeof value === 'function' || typeof value === 'symbol' ? String(value) : value instanceof Error ? value : pack(value)]));
