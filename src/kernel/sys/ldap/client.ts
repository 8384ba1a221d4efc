/** One conversation with an LDAP server: TLS, simple bind, search. The only owner of the optional package ldapts, loaded on first use. */
import type { Client, Entry } from 'ldapts';
import type { ConnectionOptions } from 'node:tls';
import { isIP } from 'node:net';

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

const ENTRIES_MAX = 1000;
const SECONDS_MAX = 20;
const WAIT_MS = 20_000;
const SCOPES = ['base', 'one', 'sub'] as const;

export class LdapClient implements Disposable {
  readonly #client: Client;
  readonly #signal: AbortSignal;
  readonly #isRefusal: (error: unknown) => boolean;
  readonly #stop: () => void;

  private constructor(client: Client, signal: AbortSignal, isRefusal: (error: unknown) => boolean) {
    this.#client = client;
    this.#signal = signal;
    this.#isRefusal = isRefusal;
    this.#stop = () => this[Symbol.dispose]();
    signal.addEventListener('abort', this.#stop, { once: true });
  }

  /** Connects at the first question. @throws Error when the server's certificate is not trusted, or without the package */
  static async open({ host, port, tls, noVerify }: LdapServer, signal: AbortSignal): Promise<LdapClient> {
    signal.throwIfAborted();
    const { Client, InvalidCredentialsError, NoSuchObjectError, InvalidDNSyntaxError } = await import('ldapts');
    const options: ConnectionOptions = { host, ...(isIP(host) === 0 ? { servername: host } : {}), rejectUnauthorized: !noVerify };
    const client = new Client({
      url: `${tls === 'at once' ? 'ldaps' : 'ldap'}://${host.includes(':') ? `[${host}]` : host}:${port}`, timeout: WAIT_MS, connectTimeout: WAIT_MS, strictDN: false,
      ...(tls === 'at once' ? { tlsOptions: options } : {}),
    });
    const refusals = [InvalidCredentialsError, NoSuchObjectError, InvalidDNSyntaxError];
    const opened = new LdapClient(client, signal, (error) => refusals.some((kind) => error instanceof kind));
    try {
      if (tls === 'start') await client.startTLS(options);
    } catch (error) {
      opened[Symbol.dispose]();
      throw error;
    }
    return opened;
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
    this.#signal.throwIfAborted();
    try {
      await this.#client.bind(name, password);
      return true;
    } catch (error) {
      if (this.#isRefusal(error)) return false;
      throw error;
    }
  }

  /** @throws Error for what is no filter, and for more than a thousand entries */
  async search({ base, scope, filter, attributes }: LdapSearch): Promise<LdapEntry[]> {
    this.#signal.throwIfAborted();
    const { searchEntries } = await this.#client.search(base, {
      scope: SCOPES[scope] ?? 'sub', filter, attributes: [...attributes], sizeLimit: ENTRIES_MAX, timeLimit: SECONDS_MAX,
    });
    return searchEntries.map(entryOf);
  }

  /** Closes the connection; a server that is gone has closed it already. */
  [Symbol.dispose](): void {
    this.#signal.removeEventListener('abort', this.#stop);
    this.#client.unbind().catch(() => undefined);
  }
}

function entryOf({ dn, ...attributes }: Entry): LdapEntry {
  const lists = Object.entries(attributes).map(([name, values]) => [name.toLowerCase(), (Array.isArray(values) ? values : [values]).map(String)] as const);
  return { name: dn, attributes: new Map(lists) };
}
