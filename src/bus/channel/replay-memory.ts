/**
 * Which requests of one sender were taken: each at most once. A few kilobytes at most, some hundred bytes for most senders.
 *
 * A request is known by its IV and has the time of the sender's own clock; clocks are never compared. What is older than all that is
 * remembered is refused, so nothing that was forgotten can come again. The price: of more than `MARKS_MAX` requests within one second
 * of the sender's clock the later ones are refused, and the sender begins a new session.
 */
export type Taken = 'taken' | 'repeated' | 'too_old';

/** Requests remembered. */
const MARKS_MAX = 768;
const MARKS_FIRST = 16;
/** By the sender's clock: what is older than this by the newest request is refused. */
const AGE_SECONDS_MAX = 600;
const SECONDS_MAX = 2 ** 32 - 1;

export class ReplayMemory {
  /** The first eight bytes of each IV, in two halves: the IV cannot be chosen by who only repeats requests. */
  #marks = new Int32Array(MARKS_FIRST);
  #moreMarks = new Int32Array(MARKS_FIRST);
  #times = new Uint32Array(MARKS_FIRST);
  #count = 0;
  /** Where the oldest is, once all places are taken. */
  #oldest = 0;
  #newestSeconds = 0;
  #floorSeconds: number;
  /** How far the sender's clock is known to be ahead of ours, at most; see `restart-floor.ts`. */
  aheadSeconds: number;

  /** What was sent before `floorSeconds` may have been taken in an earlier life. */
  constructor(floorSeconds: number, aheadSeconds = 0) {
    this.#floorSeconds = floorSeconds;
    this.aheadSeconds = aheadSeconds;
  }

  /** Bytes of memory that the marks take. */
  get bytes(): number {
    return this.#marks.byteLength + this.#moreMarks.byteLength + this.#times.byteLength;
  }

  take(iv: Uint8Array, sentAtSeconds: number): Taken {
    const sentSeconds = Math.min(SECONDS_MAX, Math.max(0, Math.floor(sentAtSeconds)));
    const [mark, more] = [wordAt(iv, 0), wordAt(iv, 4)];
    if (this.#has(mark, more)) return 'repeated';
    if (sentSeconds < Math.max(this.#floorSeconds, this.#newestSeconds - AGE_SECONDS_MAX)) return 'too_old';
    this.#newestSeconds = Math.max(this.#newestSeconds, sentSeconds);
    this.#remember(mark, more, sentSeconds);
    return 'taken';
  }

  /** The first halves are looked through by the engine, which is fast; that another IV has the same is rare. */
  #has(mark: number, more: number): boolean {
    for (let at = this.#marks.indexOf(mark); at >= 0 && at < this.#count; at = this.#marks.indexOf(mark, at + 1)) {
      if (this.#moreMarks[at] === more) return true;
    }
    return false;
  }

  #remember(mark: number, more: number, sentSeconds: number): void {
    if (this.#count === this.#marks.length && this.#count < MARKS_MAX) this.#grow();
    let at = this.#count;
    if (this.#count < this.#marks.length) this.#count += 1;
    else {
      at = this.#oldest;
      this.#oldest = (this.#oldest + 1) % this.#marks.length;
      // Forgotten: no request of its second is taken any more, since it could be this one.
      const forgotten = this.#times[at] ?? 0;
      if (forgotten >= this.#newestSeconds - AGE_SECONDS_MAX) this.#floorSeconds = Math.max(this.#floorSeconds, forgotten + 1);
    }
    this.#marks[at] = mark;
    this.#moreMarks[at] = more;
    this.#times[at] = sentSeconds;
  }

  #grow(): void {
    const [marks, more, times] = [this.#marks, this.#moreMarks, this.#times];
    const places = Math.min(marks.length * 2, MARKS_MAX);
    this.#marks = new Int32Array(places);
    this.#moreMarks = new Int32Array(places);
    this.#times = new Uint32Array(places);
    this.#marks.set(marks);
    this.#moreMarks.set(more);
    this.#times.set(times);
  }
}

const wordAt = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
