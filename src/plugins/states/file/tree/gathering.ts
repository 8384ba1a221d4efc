/** Answers about single paths made into one. */
import { str } from '../../../../kernel/std/python-text.js';
import { strip } from '../../../../kernel/std/python-space.js';
import { isPlainMap, type PlainMap, type Value } from '../../../../kernel/std/value.js';

export class Gathering {
  #result: Value = true;
  readonly #changes = new Map<string, Value>();
  readonly #comments = new Map<string, string[]>();

  /** The worst result counts; comments of what went well are left out. */
  add(path: string, { result = false, comment = '', changes }: PlainMap): void {
    if (result === false || this.#result === true) this.#result = result;
    if (result !== true && comment !== '') this.#comment(path, str(comment));
    if (isPlainMap(changes) && Object.keys(changes).length > 0) this.#changes.set(path, changes);
  }

  /** What cleaning removed, or in a test run would remove. */
  removed(paths: readonly string[], isTest: boolean): void {
    if (!isTest) {
      this.#changes.set('removed', paths);
      return;
    }
    if (this.#result === true) this.#result = null;
    for (const path of paths) this.#comment('removed', path);
  }

  #comment(path: string, text: string): void {
    this.#comments.set(path, [...this.#comments.get(path) ?? [], text]);
  }

  answer(name: string): PlainMap {
    const isWell = this.#changes.size === 0 && this.#result === true;
    const told = strip([...this.#comments].map(([path, texts]) => `\n#### ${path} ####\n${texts.join('\n')}`).join('\n'));
    const comment = isWell ? `The directory ${name} is in the correct state` : told === '' ? `Recursively updated ${name}` : told;
    return { name, changes: Object.fromEntries(this.#changes), result: this.#result, comment };
  }
}
