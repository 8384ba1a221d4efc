/** What code of a template can see and where its text goes. */
import type { Data } from '../python/data.js';
import type { Origins } from './origins.js';

/** Variables by name; what is not here is looked for in the scope around. */
export class Scope {
  readonly parent: Scope | undefined;
  readonly variables: Map<string, Data>;

  constructor(parent: Scope | undefined, variables = new Map<string, Data>()) {
    this.parent = parent;
    this.variables = variables;
  }

  get(name: string): Data | undefined {
    const own = this.variables.get(name);
    return own === undefined ? this.parent?.get(name) : own;
  }

  inner(): Scope {
    return new Scope(this);
  }

  /** All variables in reach; inner ones win. */
  all(): Map<string, Data> {
    const outer = this.parent?.all() ?? new Map<string, Data>();
    for (const [name, value] of this.variables) outer.set(name, value);
    return outer;
  }
}

/** Where text goes. The one of a whole rendering keeps what wrote it. */
export class Sink {
  text = '';
  readonly origins: Origins | undefined;

  constructor(origins?: Origins) {
    this.origins = origins;
  }
}
