/**
 * What Slack tells an app over a WebSocket that the app opens (Socket Mode): one connection, until Slack or the network ends it. Each event is
 * acknowledged at once, so that it does not come again.
 *
 * Source: documentation of Slack, "Using Socket Mode". Needs the package `ws`.
 */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { BoundedQueue } from '../../../kernel/std/async.js';
import { isPlainMap, type PlainMap } from '../../../kernel/std/value.js';
import { loadDriver } from '../../../kernel/sys/driver.js';
import { readJson } from '../../../kernel/yaml/read-json.js';
import { askSlack, type SlackDoor } from './slack-call.js';

interface Socket {
  on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): void;
  on(event: 'ping', listener: () => void): void;
  on(event: 'close', listener: (code: number) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  send(text: string): void;
  terminate(): void;
}
interface Driver {
  readonly WebSocket: new (url: string, options: object) => Socket;
}

const HANDSHAKE_MS = 30_000;
const MESSAGE_BYTES_MAX = 1024 * 1024;
/** Slack sends a ping every few seconds. */
const SILENT_MS = 120_000;
const WAITING_MAX = 1000;

/** Payloads of the events that come; ends when Slack wants a new connection. `door` has the token of the app. @throws CommandExecutionError */
export async function* slackEvents(door: SlackDoor): AsyncGenerator<PlainMap> {
  const { url } = await askSlack(door, 'apps.connections.open', {});
  if (typeof url !== 'string' || !allows(door.api, url)) throw new CommandExecutionError('Slack named no address to connect to');
  const { WebSocket } = await loadDriver<Driver>('The engine slack_bolt', 'ws');
  const socket = new WebSocket(url, { handshakeTimeout: HANDSHAKE_MS, maxPayload: MESSAGE_BYTES_MAX });
  const events = new BoundedQueue<PlainMap>(WAITING_MAX);
  let failure: Error | undefined;
  const silence = setTimeout(() => socket.terminate(), SILENT_MS);
  const end = (): void => socket.terminate();
  door.signal.addEventListener('abort', end, { once: true });
  socket.on('ping', () => void silence.refresh());
  socket.on('error', (error) => (failure = error));
  socket.on('close', () => events.close());
  socket.on('message', (data, isBinary) => {
    silence.refresh();
    const message = isBinary ? null : readMessage(data.toString('utf8'));
    if (message?.['type'] === 'disconnect') events.close();
    if (typeof message?.['envelope_id'] !== 'string') return;
    socket.send(JSON.stringify({ envelope_id: message['envelope_id'] }));
    if (message['type'] === 'events_api' && isPlainMap(message['payload'] ?? null)) events.push(message['payload'] as PlainMap);
  });
  try {
    if (door.signal.aborted) return;
    yield* events;
    if (failure !== undefined) throw new CommandExecutionError(`the connection to Slack ended: ${failure.message}`, { cause: failure });
  } finally {
    clearTimeout(silence);
    door.signal.removeEventListener('abort', end);
    socket.terminate();
  }
}

/** An API over TLS names no address without it. */
const allows = (api: string, url: string): boolean => url.startsWith('wss://') || (api.startsWith('http://') && url.startsWith('ws://'));

function readMessage(text: string): PlainMap | undefined {
  const message = readJson(text);
  return isPlainMap(message) ? message : undefined;
}
