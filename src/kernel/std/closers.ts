/** What was opened, closed in reverse. Node 20 has no `AsyncDisposableStack`. */
type Close = () => Promise<void> | void;

export class Closers {
  readonly #closers: Close[] = [];

  use(resource: AsyncDisposable): void {
    this.#closers.push(() => Promise.resolve(resource[Symbol.asyncDispose]()));
  }

  defer(close: Close): void {
    this.#closers.push(close);
  }

  /** Closes all, also when one fails. @throws the first error */
  async dispose(): Promise<void> {
    const errors: unknown[] = [];
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
