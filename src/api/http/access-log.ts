/** The files `log_access_file` and `log_error_file`: lines as web servers write them, for programs that read such. */
import { ConfigError } from '../../kernel/config/config-error.js';
import { LogFile } from '../../kernel/log/log-file.js';
import { asError } from '../../kernel/std/async.js';
import { headerOf, type Ask } from './exchange.js';
import type { Answered } from './serve-http.js';

const WORD_LETTERS_MAX = 1024;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export class AccessLog implements Disposable {
  readonly #access: LogFile | undefined;
  readonly #error: LogFile | undefined;
  readonly #now: () => Date;

  /** @throws ConfigError when a file cannot be opened */
  constructor({ access, error }: { access: string | undefined; error: string | undefined }, now: () => Date = () => new Date()) {
    this.#access = opened('log_access_file', access);
    this.#error = opened('log_error_file', error);
    this.#now = now;
  }

  answered(ask: Ask, { status, bytes, protocol }: Answered): void {
    if (this.#access === undefined) return;
    const line = `${ask.method} ${pathOf(ask)} HTTP/${protocol}`;
    this.#access.write(`${ask.address} - - [${timeText(this.#now())}] ${quoted(line)} ${status} ${bytes ?? '-'} ${quoted(headerOf(ask, 'referer') ?? '')} ${quoted(headerOf(ask, 'user-agent') ?? '')}\n`);
  }

  failed(ask: Ask, error: unknown): void {
    this.#error?.write(`[${timeText(this.#now())}] HTTP request ${ask.id} from ${ask.address} failed: ${shown(asError(error).message)}\n`);
  }

  engine(text: string): void {
    this.#error?.write(`[${timeText(this.#now())}] ENGINE ${shown(text)}\n`);
  }

  /** After the files were moved away. */
  reopen(): void {
    this.#access?.reopen();
    this.#error?.reopen();
  }

  [Symbol.dispose](): void {
    this.#access?.close();
    this.#error?.close();
  }
}

function opened(option: string, path: string | undefined): LogFile | undefined {
  if (path === undefined) return undefined;
  try {
    return LogFile.open({ path, bytesMax: 0, backups: 0 });
  } catch (cause) {
    throw new ConfigError(`rest_cherrypy: ${option} cannot be opened: ${asError(cause).message}`, { cause });
  }
}

/** Sessions and tokens stand in paths of websockets; queries are left out for the same reason. */
const pathOf = ({ path }: Ask): string => path.replaceAll(/[0-9a-fA-F]{32,}/g, '...');

/** Nothing that comes from a client ends its place, or the line. */
const shown = (text: string): string => text.slice(0, WORD_LETTERS_MAX).replaceAll(/[^\x20-\x7e]|\\/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
const quoted = (text: string): string => `"${shown(text).replaceAll('"', '\\"')}"`;

const two = (number: number): string => String(number).padStart(2, '0');

/** `21/Nov/2026:21:12:55`, of this place. */
function timeText(at: Date): string {
  return `${two(at.getDate())}/${MONTHS[at.getMonth()] ?? ''}/${at.getFullYear()}:${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
