/** What loading the configuration has to say; the program logs it when its log is open. */
export interface Notice {
  readonly level: 'error' | 'warning' | 'info' | 'debug';
  readonly text: string;
  /** What a daemon says it as; commands keep quiet about what the daemon has told at its start. */
  readonly daemonLevel?: 'warning';
}

/** Gathers notices; the same text is said once. */
export class Notices {
  readonly #list: Notice[] = [];

  add(level: Notice['level'], text: string, daemonLevel?: 'warning'): void {
    if (this.#list.some((known) => known.text === text)) return;
    this.#list.push({ level, text, ...(daemonLevel === undefined ? {} : { daemonLevel }) });
  }

  get list(): readonly Notice[] {
    return [...this.#list];
  }
}
