/** What runners print, for whoever called them and waits. Nothing of it goes over the bus: it is not data. */
import type { RunningState } from '../../sls/state/running-state.js';
import type { HeardLevel } from './heard-log.js';

export type Print =
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'log'; readonly level: HeardLevel; readonly text: string }
  /** An orchestration is at this step. */
  | ({ readonly kind: 'state' } & RunningState);
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
    this.#listeners.get(tag)?.({ kind: 'print', text });
  }

  /** A line of the log that concerns the run. */
  log(tag: string, level: HeardLevel, text: string): void {
    this.#listeners.get(tag)?.({ kind: 'log', level, text });
  }

  state(tag: string, state: RunningState): void {
    this.#listeners.get(tag)?.({ kind: 'state', ...state });
  }
}
