/** What loading the configuration has to say; the program logs it when its log is open. */
export interface Notice {
  readonly level: 'error' | 'warning' | 'info' | 'debug';
  readonly text: string;
}

/** Gathers notices; the same text is said once. */
export class Notices {
  readonly #list: Notice[] = [];

  add(level: Notice['level'], text: string): void {
    if (!this.#list.some((known) => known.text === text)) this.#list.push({ level, text });
  }

  get list(): readonly Notice[] {
    return [...this.#list];
  }
}
