/** How many reactions led to what happened in the last moments, and with what it began. */
import type { Happening } from '../../kernel/contract/happening.js';

/** Happenings that are remembered. */
const RECENT_MAX = 50_000;

interface Link {
  /** Reactions before it, itself included. */
  readonly depth: number;
  /** The first cause, perhaps of another host. */
  readonly root: string;
}

export class ChainDepths {
  readonly #links = new Map<string, Link>();

  note({ id, kind, cause }: Pick<Happening, 'id' | 'kind' | 'cause'>): void {
    const oldest = this.#links.size < RECENT_MAX ? undefined : this.#links.keys().next().value;
    if (oldest !== undefined) this.#links.delete(oldest);
    this.#links.set(id, { depth: this.depth(cause) + (kind === 'reaction' ? 1 : 0), root: cause === undefined ? id : this.root(cause) });
  }

  depth(id: string | undefined): number {
    return id === undefined ? 0 : this.#links.get(id)?.depth ?? 0;
  }

  /** What nobody noted here is a beginning itself. */
  root(id: string): string {
    return this.#links.get(id)?.root ?? id;
  }
}
