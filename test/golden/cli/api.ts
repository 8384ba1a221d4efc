/**
 * Plays recorded requests to real Salt's REST interface against ours. Ids of sessions in the recordings stand for logins of their own:
 * which, say the recorded logins; one whose login was not recorded stands for the first of them.
 */
import { request as httpRequest } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { normaliser, withoutTracebacks } from './normalise.js';

export interface ApiRecording {
  readonly name: string;
  readonly group: string;
  readonly request: { readonly method: string; readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly body: string | null };
  readonly response: {
    readonly status: number; readonly headers: readonly (readonly [string, string])[]; readonly body?: string;
    readonly body_html?: { readonly title: string; readonly message: string }; readonly body_shape?: unknown; readonly grain_keys?: readonly string[];
  };
}

interface Found {
  readonly status: number;
  readonly type: string;
  readonly names: readonly string[];
  readonly body: string;
}

const TOKEN = 'X-Auth-Token';
const STREAM = 'text/event-stream';
const NO_SESSION = '0'.repeat(40);
const STREAM_MS = 30_000;

/** Requests that end a session come last, and then those that were sent with it. */
export async function* playApi(recordings: readonly ApiRecording[], address: string, root: string): AsyncGenerator<{ name: string; faults: string[] }> {
  const sessions = new Sessions(recordings, address);
  const ended = recordings.filter(({ request }) => request.path === '/logout');
  const after = recordings.filter((one) => !ended.includes(one) && isRefusedSession(one) && ended.some(({ request }) => request.headers[TOKEN] === one.request.headers[TOKEN]));
  const first = recordings.filter((one) => !ended.includes(one) && !after.includes(one));
  for (const recording of [...first, ...ended, ...after]) yield { name: recording.name, faults: await play(recording, sessions, address, root) };
}

/** The answer brought another id than the request had. */
function isRefusedSession({ request, response }: ApiRecording): boolean {
  const cookie = response.headers.find(([name]) => name === 'Set-Cookie')?.[1];
  const token = request.headers[TOKEN];
  return token !== undefined && cookie !== undefined && !cookie.includes(token);
}

class Sessions {
  readonly #logins: ReadonlyMap<string, string>;
  readonly #address: string;
  readonly #open = new Map<string, Promise<string>>();

  constructor(recordings: readonly ApiRecording[], address: string) {
    this.#address = address;
    const known = recordings.flatMap(({ request, response }) => {
      const id = response.headers.find(([name]) => name === TOKEN)?.[1];
      return id === undefined || request.body === null ? [] : [[id, request.body] as const];
    });
    this.#logins = new Map(known);
  }

  /** Our id for that of the recording. */
  of(recorded: string): Promise<string> {
    const known = this.#open.get(recorded) ?? this.#login(recorded);
    this.#open.set(recorded, known);
    return known;
  }

  async #login(recorded: string): Promise<string> {
    if (recorded === NO_SESSION) return recorded;
    const body = this.#logins.get(recorded) ?? JSON.stringify({ username: 'alice', password: 's3cret-example', eauth: 'sharedsecret' });
    const { body: answer } = await send(this.#address, { method: 'POST', path: '/login', headers: { Accept: 'application/json', 'Content-Type': 'application/json' }, body });
    return (JSON.parse(answer) as { return: { token: string }[] }).return[0]?.token ?? '';
  }
}

async function play(recording: ApiRecording, sessions: Sessions, address: string, root: string): Promise<string[]> {
  const { request, response } = recording;
  const token = request.headers[TOKEN];
  const headers = token === undefined ? request.headers : { ...request.headers, [TOKEN]: await sessions.of(token) };
  const isStream = response.status === 200 && (response.headers.find(([name]) => name === 'Content-Type')?.[1] ?? '').startsWith(STREAM);
  const found = await send(address, { ...request, headers }, isStream ? () => fire(sessions, address) : undefined);
  return [...differences(recording, found), ...bodyFaults(recording, found, root)];
}

/** As the recording did: an event of a runner while the stream is open. */
async function fire(sessions: Sessions, address: string): Promise<void> {
  const body = JSON.stringify([{ client: 'runner', fun: 'event.send', kwarg: { tag: 'demo/sse', data: { n: 1 } } }]);
  await send(address, { method: 'POST', path: '/', headers: { Accept: 'application/json', 'Content-Type': 'application/json', [TOKEN]: await sessions.of('first') }, body });
}

function differences({ response }: ApiRecording, found: Found): string[] {
  const faults: string[] = [];
  const type = response.headers.find(([name]) => name === 'Content-Type')?.[1];
  if (found.status !== response.status) faults.push(`status: wanted ${response.status}, found ${found.status}: ${found.body.slice(0, 500)}`);
  if (found.type !== type) faults.push(`content type: wanted ${String(type)}, found ${found.type}`);
  for (const name of [TOKEN, 'Set-Cookie', 'Allow']) {
    const wanted = response.headers.some(([one]) => one === name);
    if (wanted !== found.names.includes(name.toLowerCase())) faults.push(`header ${name}: ${wanted ? 'missing' : 'not wanted'}`);
  }
  return faults;
}

function bodyFaults(recording: ApiRecording, found: Found, root: string): string[] {
  const { body, body_html: page, body_shape: shape, grain_keys: keys } = recording.response;
  if (page !== undefined) return pageFaults(page, found.body);
  if (shape !== undefined) return shapeFaults(shape, keys ?? [], found.body);
  if (found.type.startsWith(STREAM)) return streamFaults(String(body), found.body, root);
  const [wanted, got] = [String(body), found.body].map((text) => normalised(text, root));
  if (wanted === got) return [];
  if (found.type === 'application/json' && isDeepStrictEqual(loose(wanted, recording), loose(got, recording))) return [];
  return [`body: wanted\n${wanted ?? ''}\nfound\n${got ?? ''}`];
}

/** Made-up values as in the recordings. */
function normalised(text: string, root: string): string {
  return normaliser(root)(text).replace(/\b[0-9a-f]{40}(?:[0-9a-f]{24})?\b/g, 'ID').replace(/\b(?:[0-9a-f]{2}:){31}[0-9a-f]{2}\b/g, 'FINGERPRINT').replace(/((?:expire|start)\W+)[\d.]+/g, '$11700000000.5');
}

/** Tracebacks have no frames, and which minion a subset chooses is free. */
function loose(text: string | undefined, { request }: ApiRecording): unknown {
  const value = JSON.parse(text ?? 'null', (_, one: unknown) => (typeof one === 'string' ? withoutTracebacks(one) : one)) as unknown;
  if (!(request.body ?? '').includes('local_subset')) return value;
  return (value as { return: object[] }).return.map((one) => Object.values(one));
}

function pageFaults({ title, message }: { title: string; message: string }, body: string): string[] {
  const unescaped = body.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
  const found = { title: /<title>(.*?)<\/title>/s.exec(unescaped)?.[1], message: /<p>(.*?)<\/p>/s.exec(unescaped)?.[1] };
  return found.title === title && found.message === message ? [] : [`page: wanted ${title}: ${message}\nfound ${String(found.title)}: ${String(found.message)}`];
}

/** Which grains there are is for the corpus of grains: here, those that every minion has. */
function shapeFaults(shape: unknown, keys: readonly string[], body: string): string[] {
  const { return: [wanted = {}] } = shape as { return: Record<string, unknown>[] };
  const { return: [found = {}] } = JSON.parse(body) as { return: Record<string, Record<string, unknown>>[] };
  if (!isDeepStrictEqual(Object.keys(wanted), Object.keys(found))) return [`minions: wanted ${Object.keys(wanted).join()}, found ${Object.keys(found).join()}`];
  const lacking = ['id', 'os', 'kernel', 'master', 'saltversion', 'role'].filter((name) => keys.includes(name) && Object.values(found).some((grains) => !(name in grains)));
  return lacking.length === 0 ? [] : [`grains: missing ${lacking.join(', ')}`];
}

/** The stream begins alike, its events have the same form, and the one that was fired for it looks the same. */
function streamFaults(wanted: string, found: string, root: string): string[] {
  const faults = found.startsWith('retry: 400\n') ? [] : [`stream: begins with ${found.slice(0, 40)}`];
  const fired = (text: string): string | undefined => /tag: demo\/sse\ndata: .*\n\n/.exec(normaliser(root)(text))?.[0];
  if (fired(wanted) !== fired(found)) faults.push(`event: wanted ${String(fired(wanted))}found ${String(fired(found))}`);
  const events = found.slice('retry: 400\n'.length).split('\n\n').filter((text) => text !== '' && !text.startsWith(':'));
  const odd = events.slice(0, -1).find((text) => !/^(?:id: \S+\n)?tag: \S+\ndata: \{"data": \{.*\}, "tag": ".*"\}$/.test(text));
  return odd === undefined ? faults : [...faults, `event: ${odd}`];
}

function send(address: string, { method, path, headers, body }: ApiRecording['request'], whenOpen?: () => Promise<void>): Promise<Found> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(`${address}${path}`, { method, headers: { ...headers, ...(body === null ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }) } }, (response) => {
      let text = '';
      const finish = (): void => resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', names: Object.keys(response.headers), body: text });
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (whenOpen === undefined || !/tag: demo\/sse\n.*\n\n/.test(text)) return;
        finish();
        sent.destroy();
      });
      response.on('end', finish);
      response.on('error', reject);
      whenOpen?.().catch(reject);
    });
    sent.setTimeout(STREAM_MS, () => sent.destroy(new Error(`no answer to ${method} ${path}`)));
    sent.on('error', reject);
    if (body !== null) sent.write(body);
    sent.end();
  });
}
