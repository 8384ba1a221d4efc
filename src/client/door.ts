/**
 * How the command line asks a running master: one request over the master's own local socket, answered by a stream of
 * frames. The master does the waiting; the client only shows. Both ends of the protocol's words are here.
 */
import type { Socket } from 'node:net';
import { decodeBus, encodeBus, MapSplitter } from '../bus/codec/codec.js';
import { TsaltError } from '../kernel/contract/errors.js';
import { isPlainMap, type PlainMap } from '../kernel/std/value.js';
import { connectLocal } from '../kernel/sys/net/local-socket.js';

/** Name of the socket below `sock_dir`. */
export const DOOR_NAME = 'tsalt.ipc';
export const DOOR_BYTES_MAX = 256 * 1024 * 1024;

/** The master cannot be asked: it does not run, or its socket may not be used. */
export class MasterUnreachableError extends TsaltError {
  readonly code = 'client.master_unreachable';
  readonly reason: 'not_running' | 'no_permission' | 'broken';
  constructor(path: string, reason: MasterUnreachableError['reason'], cause?: unknown) {
    super(TEXTS[reason](path), { context: { path, reason }, cause });
    this.reason = reason;
  }
}

const TEXTS = {
  not_running: (path: string) => `No tsalt-master answers on ${path}: start it, or name its configuration with -c`,
  no_permission: (path: string) => `${path} may not be used by this user: run as root or as the master's user`,
  broken: (path: string) => `The connection to the master on ${path} broke: look into its log`,
};

/** What a client asks. `key` is the text of the user's key file. */
export interface DoorRequest {
  readonly op: 'publish' | 'preview' | 'follow' | 'runner' | 'wheel' | 'stats' | 'mk_token' | 'look' | 'revoke' | 'events';
  readonly key: string;
  readonly user: string;
  /** A token or a login; comes before the key. */
  readonly login?: PlainMap;
  /** Of a service that asks for others: the key is its own, only the login proves who they are. `from` is their address, `request` the id of what they asked. */
  readonly service?: { readonly from: string; readonly request?: string };
  readonly load: PlainMap;
}

/**
 * Sends one request and gives the frames of the answer as they come; ends when the master closes.
 * @throws MasterUnreachableError
 */
export async function* askMaster(path: string, request: DoorRequest, signal: AbortSignal): AsyncGenerator<PlainMap> {
  if (signal.aborted) return;
  let socket: Socket | undefined;
  const stop = (): void => void socket?.destroy();
  signal.addEventListener('abort', stop, { once: true });
  const splitter = new MapSplitter({ bytesMax: DOOR_BYTES_MAX });
  let ended = false;
  try {
    socket = await connectLocal(path, signal);
    socket.write(encodeBus({ ...request }));
    for await (const chunk of socket) {
      for (const bytes of splitter.push(chunk as Buffer)) {
        const frame = decodeBus(bytes);
        if (!isPlainMap(frame)) continue;
        if (frame['kind'] === 'end') {
          ended = true;
          return;
        }
        yield frame;
      }
    }
  } catch (error) {
    if (signal.aborted) return;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') throw new MasterUnreachableError(path, 'not_running', error);
    if (code === 'EACCES' || code === 'EPERM') throw new MasterUnreachableError(path, 'no_permission', error);
    throw new MasterUnreachableError(path, 'broken', error);
  } finally {
    signal.removeEventListener('abort', stop);
    socket?.destroy();
  }
  if (!ended && !signal.aborted) throw new MasterUnreachableError(path, 'broken');
}
