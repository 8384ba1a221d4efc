/** What runners print, for whoever called them and waits. Nothing of it goes over the bus: it is not data. */
export interface Print {
  readonly text: string;
  /** Set for a line of the log. */
  readonly level?: 'critical' | 'error' | 'warning';
}
type Listener = (print: Print) => void;

export class Prints {
  readonly #listeners = new Map<string, Listener>();

  /** Lines of one run, until disposed. */
  subscribe(tag: string, listener: Listener): Disposable {
    this.#listeners.set(tag, listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(tag) };
  }

  /** Lost when nobody waits, as the output of a detached process. */
  print(tag: string, text: string): void {
    this.#listeners.get(tag)?.({ text });
  }

  /** A line of the log that concerns the run. */
  log(tag: string, level: NonNullable<Print['level']>, text: string): void {
    this.#listeners.get(tag)?.({ level, text });
  }
}
