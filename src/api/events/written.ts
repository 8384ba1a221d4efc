/** The bytes of events as a stream carries them: written once for all streams that get the same list. */
import type { Events, FeedEvent } from './feed.js';

export class Written {
  readonly #known = new WeakMap<Events, Buffer>();
  readonly #form: (event: FeedEvent) => string;

  constructor(form: (event: FeedEvent) => string) {
    this.#form = form;
  }

  of(events: Events): Buffer {
    let bytes = this.#known.get(events);
    if (bytes === undefined) {
      bytes = Buffer.from(events.map(this.#form).join(''));
      this.#known.set(events, bytes);
    }
    return bytes;
  }
}
