/** One conversation with an LDAP server (RFC 4511): StartTLS, simple bind, search. A question at a time. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { childrenOf, element, integer, MESSAGE_BYTES_MAX, numberOf, readElement, TAG, textOf, type Element } from './ber.js';
import { filterBytes } from './filter.js';

export interface LdapServer {
  readonly host: string;
  readonly port: number;
  readonly tls: 'none' | 'start' | 'at once';
  /** Accept any certificate. */
  readonly noVerify: boolean;
}

export interface LdapEntry {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

export interface LdapSearch {
  readonly base: string;
  /** 0 the entry itself, 1 one level, 2 all below. */
  readonly scope: number;
  readonly filter: string;
  readonly attributes: readonly string[];
}

const BIND = 0x60;
const SEARCH = 0x63;
const SEARCH_ENTRY = 0x64;
const SEARCH_DONE = 0x65;
const EXTENDED = 0x77;
const START_TLS = '1.3.6.1.4.1.1466.20037';
const ENTRIES_MAX = 1000;
const SECONDS_MAX = 20;
const SUCCESS = 0;
const SIZE_LIMIT_EXCEEDED = 4;

export class LdapClient implements Disposable {
  #socket: Socket;
  readonly #signal: AbortSignal;
  #lastId = 0;

  private constructor(socket: Socket, signal: AbortSignal) {
    this.#socket = socket;
    this.#signal = signal;
  }

  /** @throws Error when there is no such server, or its certificate is not trusted */
  static async open({ host, port, tls, noVerify }: LdapServer, signal: AbortSignal): Promise<LdapClient> {
    const secure = { host, port, servername: host, rejectUnauthorized: !noVerify };
    const first = tls === 'at once' ? connectTls(secure) : connectTcp({ host, port });
    await once(first, tls === 'at once' ? 'secureConnect' : 'connect', signal);
    const client = new LdapClient(first, signal);
    if (tls !== 'start') return client;
    const [answer] = await client.#ask(EXTENDED, [element(0x80, START_TLS)]);
    if (answer === undefined || resultOf(answer) !== SUCCESS) throw new Error('LDAP: the server does not start TLS');
    const { host: _host, port: _port, ...options } = secure;
    client.#socket = connectTls({ ...options, socket: first });
    await once(client.#socket, 'secureConnect', signal);
    return client;
  }

  /** Whether name and password fit. An empty password would be no login at all (RFC 4513 5.1.2), and fits nobody. */
  async bind(name: string, password: string): Promise<boolean> {
    if (name === '' || password === '') return false;
    return this.#bind(name, password);
  }

  bindAnonymous(): Promise<boolean> {
    return this.#bind('', '');
  }

  async #bind(name: string, password: string): Promise<boolean> {
    const [answer] = await this.#ask(BIND, [integer(3), element(TAG.octets, name), element(0x80, password)]);
    return answer !== undefined && resultOf(answer) === SUCCESS;
  }

  async search({ base, scope, filter, attributes }: LdapSearch): Promise<LdapEntry[]> {
    const answers = await this.#ask(SEARCH, [
      element(TAG.octets, base), integer(scope, TAG.enumerated), integer(0, TAG.enumerated), integer(ENTRIES_MAX), integer(SECONDS_MAX),
      element(TAG.boolean, Buffer.from([0])), filterBytes(filter), element(TAG.sequence, ...attributes.map((name) => element(TAG.octets, name))),
    ]);
    const done = answers.at(-1);
    const code = done === undefined ? -1 : resultOf(done);
    if (code !== SUCCESS && code !== SIZE_LIMIT_EXCEEDED) throw new Error(`LDAP: the search ends with ${code}`);
    return answers.filter(({ tag }) => tag === SEARCH_ENTRY).map(entryOf);
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  /** Gives the answers to their end. */
  async #ask(tag: number, parts: readonly Buffer[]): Promise<Element[]> {
    this.#signal.throwIfAborted();
    const id = this.#lastId += 1;
    const socket = this.#socket;
    const stop = (): void => void socket.destroy(new Error('LDAP: no answer in time'));
    this.#signal.addEventListener('abort', stop, { once: true });
    try {
      return await new Promise<Element[]>((resolve, reject) => {
        const answers: Element[] = [];
        let left = Buffer.alloc(0);
        const end = (work: () => void): void => {
          socket.off('data', onData).off('error', onError).off('close', onClose);
          work();
        };
        const onError = (error: Error): void => end(() => reject(error));
        const onClose = (): void => end(() => reject(new Error('LDAP: the server closed the connection')));
        const onData = (chunk: Buffer): void => {
          try {
            left = Buffer.concat([left, chunk]);
            if (left.length > MESSAGE_BYTES_MAX) throw new RangeError('LDAP: the answer is too long');
            for (let read = readElement(left); read !== undefined; read = readElement(left)) {
              left = Buffer.from(read.rest);
              const [number, operation] = childrenOf(read.element.content);
              if (number === undefined || operation === undefined || numberOf(number) !== id) continue;
              answers.push(operation);
              if (answers.length > ENTRIES_MAX * 2) throw new RangeError('LDAP: too many answers');
              if (tag !== SEARCH || operation.tag === SEARCH_DONE) return end(() => resolve(answers));
            }
          } catch (error) {
            onError(error instanceof Error ? error : new Error(String(error)));
          }
        };
        socket.on('data', onData).on('error', onError).on('close', onClose);
        socket.write(element(TAG.sequence, integer(id), element(tag, ...parts)));
      });
    } finally {
      this.#signal.removeEventListener('abort', stop);
    }
  }
}

function resultOf({ content }: Element): number {
  const [code] = childrenOf(content);
  return code === undefined ? -1 : numberOf(code);
}

function entryOf({ content }: Element): LdapEntry {
  const [name, list] = childrenOf(content);
  const attributes = list === undefined ? [] : childrenOf(list.content).map((one): [string, string[]] => {
    const [type, values] = childrenOf(one.content);
    return [type === undefined ? '' : textOf(type).toLowerCase(), values === undefined ? [] : childrenOf(values.content).map(textOf)];
  });
  return { name: name === undefined ? '' : textOf(name), attributes: new Map(attributes) };
}

function once(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => void socket.destroy(new Error('LDAP: no connection in time'));
    const end = (work: () => void): void => {
      signal.removeEventListener('abort', stop);
      socket.off('error', onError);
      work();
    };
    const onError = (error: Error): void => end(() => reject(error));
    signal.addEventListener('abort', stop, { once: true });
    socket.once('error', onError).once(event, () => end(() => {
      // What comes between two questions ends the conversation at the next.
      socket.on('error', () => undefined);
      resolve();
    }));
  });
}
