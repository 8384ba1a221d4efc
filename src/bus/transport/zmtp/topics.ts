/**
 * Who subscribed to which topics. A topic is a beginning: it fits every message that begins with it.
 *
 * A message is looked up once for each length that topics have, not once for each subscriber: with `zmq_filtering` a job for all minions is
 * as many messages as there are minions.
 */
export class Topics<Subscriber> {
  readonly #subscribers = new Map<string, Set<Subscriber>>();
  /** How many topics have this length. */
  readonly #lengths = new Map<number, number>();

  /** True when nobody had this topic before. */
  add(topic: string, subscriber: Subscriber): boolean {
    const known = this.#subscribers.get(topic);
    if (known !== undefined) {
      known.add(subscriber);
      return false;
    }
    this.#subscribers.set(topic, new Set([subscriber]));
    this.#lengths.set(topic.length, (this.#lengths.get(topic.length) ?? 0) + 1);
    return true;
  }

  /** True when nobody has this topic any more. */
  delete(topic: string, subscriber: Subscriber): boolean {
    const known = this.#subscribers.get(topic);
    if (known?.delete(subscriber) !== true || known.size > 0) return false;
    this.#subscribers.delete(topic);
    const left = (this.#lengths.get(topic.length) ?? 1) - 1;
    if (left === 0) this.#lengths.delete(topic.length);
    else this.#lengths.set(topic.length, left);
    return true;
  }

  /** Each subscriber once, however many of its topics fit. */
  matching(message: string): Iterable<Subscriber> {
    const found: Set<Subscriber>[] = [];
    for (const length of this.#lengths.keys()) {
      const subscribers = length <= message.length ? this.#subscribers.get(message.slice(0, length)) : undefined;
      if (subscribers !== undefined) found.push(subscribers);
    }
    if (found.length < 2) return found[0] ?? [];
    return new Set(found.flatMap((subscribers) => [...subscribers]));
  }
}
