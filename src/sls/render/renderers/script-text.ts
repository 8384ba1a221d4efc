/** Texts of the renderers `js` and `ts` as modules, and the way back from their errors to the lines that the author wrote. */
import { createHash } from 'node:crypto';
import { SourceMap } from 'node:module';
import { asError } from '../../../kernel/std/async.js';
import { markedLines } from '../excerpt.js';
import type { RenderPlace } from '../contract.js';
import { RenderError } from '../render-error.js';
import { sourceName } from '../source-name.js';

export type ScriptLanguage = 'js' | 'ts';

interface Plain {
  readonly code: string;
  readonly map?: SourceMap | undefined;
}

export class ScriptText {
  readonly #text: string;
  readonly #language: ScriptLanguage;
  readonly #place: RenderPlace;
  #plain: Plain | undefined;

  constructor(text: string, language: ScriptLanguage, place: RenderPlace) {
    this.#text = text;
    this.#language = language;
    this.#place = place;
  }

  /** What the text exports. The same text is one module, however often it is rendered. @throws RenderError */
  async load(): Promise<Readonly<Record<string, unknown>>> {
    const { code } = this.#plain ??= await this.#makePlain();
    const url = `data:text/javascript;base64,${Buffer.from(`${code}\n//# sourceURL=${this.#name}`).toString('base64')}`;
    try {
      return await import(url) as Readonly<Record<string, unknown>>;
    } catch (cause) {
      // Node does not tell where a module cannot be read; what compiles TypeScript does.
      const line = cause instanceof SyntaxError ? await lineOfSyntaxError(this.#body) : this.#lineOf(cause);
      throw this.#failure(asError(cause).message, line, cause);
    }
  }

  /** An error of the module at work, with its place. */
  failed(cause: unknown): RenderError {
    return this.#failure(asError(cause).message, this.#lineOf(cause), cause);
  }

  /** Without the first line, whose line stays. */
  get #body(): string {
    return this.#text.replace(/^#!.*/, '');
  }

  get #name(): string {
    return `sls-${createHash('sha256').update(this.#text).digest('hex').slice(0, 16)}.mjs`;
  }

  async #makePlain(): Promise<Plain> {
    if (this.#language === 'js') return { code: this.#body };
    const { transform } = await compiler().catch((cause: unknown) => {
      throw new RenderError('The renderer ts needs the package oxc-transform; write the file as js', { cause });
    });
    const { code, errors, map } = await transform('sls.ts', this.#body, { sourcemap: true });
    const [first] = errors;
    if (first !== undefined) throw this.#failure(first.message, lineOfFrame(first.codeframe), first);
    return { code, map: map === undefined ? undefined : new SourceMap({ ...map, file: '', sourceRoot: '', sourcesContent: [] }) };
  }

  /** The line of an error, from the stack of it. */
  #lineOf(cause: unknown): number | undefined {
    const stack = cause instanceof Error ? cause.stack ?? '' : '';
    const found = new RegExp(`${this.#name.replaceAll('.', '\\.')}:(\\d+):(\\d+)`).exec(stack);
    if (found === null) return undefined;
    const [line, column] = [Number(found[1]), Number(found[2])];
    const map = this.#plain?.map;
    if (map === undefined) return line;
    const origin = map.findEntry(line - 1, column - 1);
    return 'originalLine' in origin ? origin.originalLine + 1 : undefined;
  }

  #failure(reason: string, line: number | undefined, cause: unknown): RenderError {
    if (line === undefined) return new RenderError(reason, { cause });
    const excerpt = markedLines(this.#text, line);
    return new RenderError(`${reason}; line ${line}\n\n${excerpt}`, { cause, reason, excerpt, place: { file: sourceName(this.#place), line } });
  }
}

const compiler = (): Promise<typeof import('oxc-transform')> => import('oxc-transform');

async function lineOfSyntaxError(text: string): Promise<number | undefined> {
  const found = await compiler().catch(() => undefined);
  if (found === undefined) return undefined;
  const { errors } = await found.transform('sls.mjs', text);
  return lineOfFrame(errors[0]?.codeframe ?? null);
}

/** `,-[sls.ts:3:34]` */
function lineOfFrame(frame: string | null): number | undefined {
  const found = /\[sls\.\w+:(\d+):\d+\]/.exec(frame ?? '');
  return found === null ? undefined : Number(found[1]);
}
