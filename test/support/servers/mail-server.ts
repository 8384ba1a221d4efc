/** A real mail server, Debian's `python3-aiosmtpd`, for tests. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../fleet/salt-venv.js';
import { ProgramServer } from './program-server.js';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly login: string | null;
  readonly secure: boolean;
}

export interface MailServerOptions {
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  /** PEM files: STARTTLS is demanded. */
  readonly cert?: string;
  readonly key?: string;
  /** Ways to log in that it does not offer. */
  readonly without?: readonly string[];
}

/** Debian's own Python: another one in PATH has no packages of Debian. */
const PYTHON = '/usr/bin/python3';

export const skipWithoutMailServer: string | false = existsSync('/usr/lib/python3/dist-packages/aiosmtpd') ? false : 'python3-aiosmtpd is not installed';

export class MailServer implements AsyncDisposable {
  readonly port: number;
  readonly #server: ProgramServer;
  #taken = 0;

  private constructor(server: ProgramServer, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async start(options: MailServerOptions = {}): Promise<MailServer> {
    const server = new ProgramServer([PYTHON, join(repository, 'test/support/servers/mail-server.py'), JSON.stringify(options)]);
    const { port } = await server.line((line) => (line.startsWith('{') ? JSON.parse(line) as { port: number } : undefined));
    return new MailServer(server, port);
  }

  /** The next mail that came. */
  async mail(): Promise<ReceivedMail> {
    let before = this.#taken;
    this.#taken += 1;
    return this.#server.line((line) => {
      if (!line.startsWith('{"from"')) return undefined;
      before -= 1;
      return before < 0 ? JSON.parse(line) as ReceivedMail : undefined;
    });
  }

  get count(): number {
    return this.#server.lines.filter((line) => line.startsWith('{"from"')).length;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server[Symbol.asyncDispose]();
  }
}
