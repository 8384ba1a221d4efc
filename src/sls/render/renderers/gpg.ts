/** The renderer `gpg`: texts `-----BEGIN PGP MESSAGE-----` anywhere in data or text, opened by the program gpg. Source: read, Salt 3008.3. */
import { isUtf8 } from 'node:buffer';
import { dirname, join } from 'node:path';
import { reprBytes } from '../../../kernel/std/python-text.js';
import { isBytes, isMap, isTruthy, mapEntries, mapFrom, type PlainMap, type Value } from '../../../kernel/std/value.js';
import type { RendererOptions } from '../contract.js';
import { RenderError } from '../render-error.js';

const MESSAGE = /-----BEGIN PGP MESSAGE-----[\s\S]*?-----END PGP MESSAGE-----/g;
const GPG_MS = 60_000;

/** Folder of the keys. */
function keyFolder(opts: PlainMap): string {
  const { gpg_keydir: own, config_dir: folder, conf_file: file } = opts;
  if (typeof own === 'string' && own !== '') return own;
  return join(typeof folder === 'string' ? folder : dirname(typeof file === 'string' ? file : '/etc/salt/minion'), 'gpgkeys');
}

export class GpgRenderer {
  readonly #options: RendererOptions;

  constructor(options: RendererOptions) {
    this.#options = options;
  }

  /** @throws RenderError */
  async render(input: Value): Promise<Value> {
    if (await this.#options.sys?.which('gpg') === undefined) throw new RenderError('GPG unavailable');
    return this.#opened(input);
  }

  async #opened(value: Value): Promise<Value> {
    if (typeof value === 'string') return this.#text(value);
    if (isBytes(value)) return this.#text(Buffer.from(value).toString('latin1'), 'latin1');
    if (Array.isArray(value)) return Promise.all((value as readonly Value[]).map((item) => this.#opened(item)));
    if (!isMap(value)) return value;
    return mapFrom(await Promise.all(mapEntries(value).map(async ([key, item]) => [key, await this.#opened(item)] as const)));
  }

  async #text(text: string, encoding: BufferEncoding = 'utf8'): Promise<Value> {
    const messages = [...text.matchAll(MESSAGE)];
    if (messages.length === 0) return encoding === 'utf8' ? text : Buffer.from(text, encoding);
    const parts: Buffer[] = [];
    let at = 0;
    for (const match of messages) {
      parts.push(Buffer.from(text.slice(at, match.index), encoding), await this.#decrypted(match[0]));
      at = match.index + match[0].length;
    }
    parts.push(Buffer.from(text.slice(at), encoding));
    const whole = Buffer.concat(parts);
    let end = whole.length;
    while (end > 0 && whole[end - 1] === 0x0a) end -= 1;
    const opened = whole.subarray(0, end);
    return isUtf8(opened) ? opened.toString('utf8') : opened;
  }

  async #decrypted(message: string): Promise<Buffer> {
    const { sys, facts, log } = this.#options;
    if (sys === undefined) throw new RenderError('GPG unavailable');
    const cipher = Buffer.from(message.replaceAll('\\n', '\n'));
    const done = await sys.run(['gpg', '--homedir', keyFolder(facts.opts), '--status-fd', '2', '--no-tty', '-d'], { stdin: cipher, timeoutMs: GPG_MS });
    if (done.stdout.length > 0) return Buffer.from(done.stdout);
    log.warn({ code: done.code }, 'gpg could not open a text');
    if (!isTruthy(facts.opts['gpg_decrypt_must_succeed'])) return cipher;
    throw new RenderError(`Could not decrypt cipher ${reprBytes(cipher)}, received: ${reprBytes(done.stderr)}`);
  }
}
