/** A YAML text with its name, and the places in it. */
import { pythonMark, YamlError, type Mark, type YamlErrorClass } from './error.js';

/** Characters that a YAML text must not hold. */
// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const NOT_ALLOWED = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

const BYTES_OF_MARK = 3;

/** The text, its name, and the error positions in it. */
export class SourceText {
  /** Bytes of a mark of byte order, which is no part of the text. */
  readonly #markBytes: number;
  readonly text: string;
  readonly name: string;

  constructor(text: string, name: string) {
    this.#markBytes = text.startsWith('\ufeff') ? BYTES_OF_MARK : 0;
    this.text = this.#markBytes > 0 ? text.slice(1) : text;
    this.name = name;
  }

  markAt(offset: number): Mark {
    const before = this.text.slice(0, Math.max(0, offset)) + (offset > this.text.length ? '\n' : '');
    const breaks = before.match(/\r\n|[\r\n\u0085\u2028\u2029]/g)?.length ?? 0;
    const lineStart = Math.max(...['\n', '\r', '\u0085', '\u2028', '\u2029'].map((end) => before.lastIndexOf(end))) + 1;
    return { line: breaks, column: countCharacters(before.slice(lineStart)) };
  }

  /** Throws with Python's layout: context, its place, reason, its place. */
  fail(className: YamlErrorClass, reason: string, at: number, context?: { text: string; at: number }): never {
    const mark = this.markAt(at);
    const place = pythonMark(mark, this.name);
    const contextPlace = context === undefined ? '' : pythonMark(this.markAt(context.at), this.name);
    // Python leaves the first place out when it is the second one.
    const head = context === undefined ? '' : contextPlace === place ? `${context.text}\n` : `${context.text}\n${contextPlace}\n`;
    throw new YamlError(this.text, { className, reason, mark, pythonText: `${head}${reason}\n${place}` });
  }

  /** Throws with the reason alone, as Python's own exceptions print. */
  bare(className: YamlErrorClass, reason: string, at?: number): never {
    throw new YamlError(this.text, { className, reason, mark: at === undefined ? undefined : this.markAt(at) });
  }

  /** Refuses control characters and lone surrogates. */
  checkCharacters(): void {
    const found = NOT_ALLOWED.exec(this.text);
    if (found === null) return;
    const code = found[0].charCodeAt(0).toString(16).padStart(4, '0');
    const mark = this.markAt(found.index);
    const reason = `unacceptable character #x${code}: control characters are not allowed`;
    const position = this.#markBytes + Buffer.byteLength(this.text.slice(0, found.index));
    throw new YamlError(this.text, {
      className: 'ReaderError', reason, mark, pythonText: `${reason}\n  in "${this.name}", position ${position}`,
    });
  }
}

/** Characters as Python counts them: a surrogate pair is one. */
function countCharacters(text: string): number {
  return text.length - (text.match(/[\udc00-\udfff]/g)?.length ?? 0);
}
