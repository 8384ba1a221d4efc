/**
 * Asks Docker, or Podman which speaks the same API: one request a call, answers as plain values, errors in the words of the service.
 *
 * Source: Docker Engine API 1.41; the form of errors (`Error 404: ...`): read, Salt 3006.
 */
import { request, type IncomingMessage } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Duplex, Readable } from 'node:stream';
import { CommandExecutionError, PythonError } from '../../contract/errors.js';
import { pythonJson } from '../../std/python-json.js';
import { isPlainMap, type PlainMap, type Value } from '../../std/value.js';
import { readJson } from '../../yaml/read-json.js';
import { Frames, type Outputs } from './frames.js';
import { placeOf, type Place } from './place.js';

const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
const ERROR_BYTES_MAX = 64 * 1024;
const FAILED_FROM = 400;

/** What the service refused; `status` is that of HTTP, 0 when it could not be asked. */
export class DockerError extends CommandExecutionError {
  readonly status: number;
  constructor(status: number, words: string, cause?: unknown) {
    super(status === 0 ? words : `Error ${status}: ${words}`, { cause });
    this.status = status;
  }
}

export interface Asking {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /** Begins with a slash; names in it are checked by whoever built it. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: PlainMap;
  /** An archive that is sent instead of a body. */
  readonly archive?: Readable;
  /** May hold credentials; never logged, never in messages. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the service may be silent; 0: as long as the job lives. */
  readonly silenceMs: number;
  /** How long until it begins to answer, for answers without an end; `silenceMs` when not given. */
  readonly headersMs?: number;
  readonly signal: AbortSignal;
}

const queryText = (query: Asking['query']): string => {
  const given = Object.entries(query ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
};

const unreachable = (cause: Error): DockerError => (cause instanceof DockerError ? cause : new DockerError(0, `The container service cannot be reached: ${cause.message}`, cause));

interface Opened {
  readonly response: IncomingMessage;
  /** Both ways, when the service changed to a stream. */
  readonly socket: Duplex | undefined;
}

export class DockerClient {
  readonly #place: Place;
  readonly #prefix: string;

  /** `version` of the API, such as `1.41`; the newest that the service speaks when not given. @throws InvocationError for a place that is none */
  constructor(url: string, version = '', option = 'docker.url') {
    this.#place = placeOf(url, option);
    this.#prefix = version === '' ? '' : `/v${version}`;
  }

  /** The answer as a value; null when there is none. @throws DockerError */
  async ask(asking: Asking): Promise<Value> {
    const text = (await this.bytes(asking)).toString('utf8');
    return text.trim() === '' ? null : read(text);
  }

  /** @throws DockerError */
  async bytes(asking: Asking): Promise<Buffer> {
    return gather((await this.open(asking)).response, ANSWER_BYTES_MAX);
  }

  /** Values that stand one after the other in one answer, such as the progress of a pull. @throws DockerError */
  async values(asking: Asking): Promise<Value[]> {
    const lines = (await this.bytes(asking)).toString('utf8').split('\n');
    return lines.filter((line) => line.trim() !== '').map(read);
  }

  /** Outputs of a container; a container with a terminal sends them as they are. @throws DockerError */
  async outputs(asking: Asking, hasTerminal: boolean, stdin?: string): Promise<Outputs> {
    const { response, socket } = await this.open(asking);
    if (socket !== undefined) socket.end(stdin);
    const source = socket ?? response;
    if (hasTerminal) {
      const all = await gather(source, ANSWER_BYTES_MAX);
      return { stdout: all, stderr: Buffer.alloc(0), all };
    }
    const frames = new Frames(ANSWER_BYTES_MAX);
    await eachChunk(source, (chunk) => frames.push(chunk));
    return frames.end();
  }

  /** The answer before its content was read. @throws DockerError when it is a refusal */
  async open(asking: Asking): Promise<Opened> {
    const opened = await this.#send(asking);
    const status = opened.response.statusCode ?? 0;
    if (status < FAILED_FROM) return opened;
    const text = (await gather(opened.response, ERROR_BYTES_MAX)).toString('utf8');
    throw new DockerError(status, wordsOf(text) ?? (opened.response.statusMessage ?? ''));
  }

  #send({ method = 'GET', path, query, body, archive, headers, silenceMs, headersMs = silenceMs, signal }: Asking): Promise<Opened> {
    const content = body === undefined ? undefined : pythonJson(body, { indent: null, sortKeys: false }) ?? '';
    const type = archive !== undefined ? { 'content-type': 'application/x-tar' } : content === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) };
    const { isSecure, options } = this.#place;
    return new Promise((resolve, reject) => {
      const sent = (isSecure ? secureRequest : request)(
        { ...options, method, path: `${this.#prefix}${path}${queryText(query)}`, headers: { ...type, ...headers }, agent: false, signal, timeout: headersMs },
        (response) => {
          sent.setTimeout(silenceMs);
          resolve({ response, socket: undefined });
        },
      );
      sent.on('upgrade', (response, socket, head) => {
        if (head.length > 0) socket.unshift(head);
        const onAbort = (): void => void socket.destroy(new DockerError(0, 'The job ended'));
        signal.addEventListener('abort', onAbort, { once: true });
        socket.on('close', () => signal.removeEventListener('abort', onAbort));
        resolve({ response, socket });
      });
      sent.on('timeout', () => sent.destroy(new DockerError(0, `The container service did not answer in time`)));
      sent.on('error', (error) => reject(unreachable(error)));
      if (archive === undefined) {
        sent.end(content);
        return;
      }
      archive.on('error', (error) => sent.destroy(error));
      // A service that refuses need not have read the whole.
      sent.on('close', () => archive.destroy());
      archive.pipe(sent);
    });
  }
}

async function eachChunk(source: IncomingMessage | Duplex, take: (chunk: Buffer) => void): Promise<void> {
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) take(chunk);
  } catch (error) {
    source.destroy();
    throw error instanceof CommandExecutionError || !(error instanceof Error) ? error : unreachable(error);
  }
}

async function gather(source: IncomingMessage | Duplex, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  await eachChunk(source, (chunk) => {
    size += chunk.length;
    if (size > bytesMax) throw new DockerError(0, `The container service answered with more than ${bytesMax} bytes`);
    chunks.push(chunk);
  });
  return Buffer.concat(chunks);
}

function read(text: string): Value {
  try {
    return readJson(text);
  } catch (error) {
    if (error instanceof PythonError) throw new DockerError(0, 'The container service answered with what is no JSON', error);
    throw error;
  }
}

/** What the service says; a proxy before it may say something else than JSON. */
function wordsOf(text: string): string | undefined {
  if (!text.trimStart().startsWith('{')) return text.trim() === '' ? undefined : text.trim();
  const answer = read(text);
  return isPlainMap(answer) && typeof answer['message'] === 'string' ? answer['message'].trim() : undefined;
}
