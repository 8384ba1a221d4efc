/** What runners print, for whoever called them and waits. Nothing of it goes over the bus: it is not data. */
type Listener = (text: string) => void;

export class Prints {
  readonly #listeners = new Map<string, Listener>();

  /** Lines of one run, until disposed. */
  subscribe(tag: string, listener: Listener): Disposable {
    this.#listeners.set(tag, listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(tag) };
  }

  /** Lost when nobody waits, as the output of a detached process. */
  print(tag: string, text: string): void {
    this.#listeners.get(tag)?.(text);
  }
}
