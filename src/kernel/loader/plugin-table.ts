/** All plugins of one kind, and which of them serves a name on this machine. */
import type { Logger } from '../contract/log.js';
import type { Plugin } from '../contract/plugin.js';
import { isTruthy, type PlainMap, type Value } from '../std/value.js';
import type { PluginEntry, PluginName } from './index-file.js';

/** A plugin that may serve a name; imported by `load`, once. */
export interface Candidate {
  /** File name without ending. */
  readonly name: string;
  readonly serves: string;
  readonly user: boolean;
  /** When it works. @throws as `entry` */
  who(): Promise<PluginName>;
  /** What the index has of it. @throws Error when a user's file cannot be imported; that was logged */
  entry(): Promise<PluginEntry>;
  load(): Promise<Plugin>;
  docs(): Promise<Readonly<Record<string, string>>>;
}

/** Why a name is not served: Salt tells a module that is not there from one whose `__virtual__` refused. */
export interface Refused {
  readonly reason: string | undefined;
  readonly refused: boolean;
}

/** True, or why not (empty when no reason is given), or undefined when the plugin is for other systems. */
type Usable = true | string | undefined;

export interface TableRules {
  readonly grains: () => PlainMap;
  /** Options `providers`, `disable_<kind>`, `whitelist_modules`. */
  readonly providers: PlainMap;
  readonly disabled: readonly string[];
  readonly allowed: readonly string[];
  readonly log: Logger;
  /** Asks `virtual()`. */
  ask(plugin: Plugin): Promise<boolean | string>;
}

/** Answers are kept until the table is thrown away by a reload. */
export class PluginTable {
  readonly #byName = new Map<string, Candidate[]>();
  readonly #chosen = new Map<string, Promise<Candidate | Refused>>();
  readonly #usable = new Map<Candidate, Promise<Usable>>();
  readonly #rules: TableRules;

  /** The order of candidates is their rank. */
  constructor(candidates: readonly Candidate[], rules: TableRules) {
    this.#rules = rules;
    for (const candidate of candidates) {
      const { name, serves } = candidate;
      if (isNamed(rules.disabled, name, serves) || (rules.allowed.length > 0 && !isNamed(rules.allowed, name, serves))) continue;
      const others = this.#byName.get(serves);
      if (others === undefined) this.#byName.set(serves, [candidate]);
      else others.push(candidate);
    }
  }

  /** The plugin behind a served name. */
  choose(serves: string): Promise<Candidate | Refused> {
    const known = this.#chosen.get(serves);
    if (known !== undefined) return known;
    const choosing = this.#choose(serves);
    this.#chosen.set(serves, choosing);
    return choosing;
  }

  /** Who may look at grains when it is chosen who serves a name. */
  async asksGrains(serves: string): Promise<'nobody' | 'ours' | 'users'> {
    let asks: 'nobody' | 'ours' = 'nobody';
    for (const candidate of this.#ranked(serves)) {
      if (candidate.user) return 'users';
      const { when, virtual } = await candidate.who();
      if (virtual || when !== undefined) asks = 'ours';
    }
    return asks;
  }

  /** The plugin of a file, whoever serves its name and whether it works here. */
  file(name: string): Candidate | undefined {
    return [...this.#byName.values()].flat().find((candidate) => candidate.name === name);
  }

  /** Served names that work here, sorted. */
  async chosen(): Promise<ReadonlyMap<string, Candidate>> {
    const found = new Map<string, Candidate>();
    for (const serves of [...this.#byName.keys()].sort()) {
      const candidate = await this.choose(serves);
      if (!('refused' in candidate)) found.set(serves, candidate);
    }
    return found;
  }

  /** Names of all files, also of those that serve nothing here, sorted. */
  files(): string[] {
    return [...new Set([...this.#byName.values()].flat().map(({ name }) => name))].sort();
  }

  /** Forgets a plugin whose import failed, so that the next in rank serves the name. */
  drop(candidate: Candidate, reason: string): void {
    this.#usable.set(candidate, Promise.resolve(reason));
    this.#chosen.delete(candidate.serves);
  }

  async #choose(serves: string): Promise<Candidate | Refused> {
    const reasons: string[] = [];
    let refused = false;
    for (const candidate of this.#ranked(serves)) {
      const usable = await this.#isUsable(candidate);
      if (usable === true) return candidate;
      refused ||= usable !== undefined;
      if (usable !== undefined && usable !== '' && !reasons.includes(usable)) reasons.push(usable);
    }
    return { refused, reason: reasons.length === 0 ? undefined : reasons.join('; ') };
  }

  #ranked(serves: string): readonly Candidate[] {
    const wanted = this.#rules.providers[serves];
    const named = typeof wanted === 'string' ? [...this.#byName.values()].flat().filter(({ name }) => name === wanted) : [];
    return named.length > 0 ? named : this.#byName.get(serves) ?? [];
  }

  #isUsable(candidate: Candidate): Promise<Usable> {
    const known = this.#usable.get(candidate);
    if (known !== undefined) return known;
    const asking = this.#ask(candidate);
    this.#usable.set(candidate, asking);
    return asking;
  }

  async #ask(candidate: Candidate): Promise<Usable> {
    try {
      const { when, virtual, serves, name } = await candidate.who();
      const isWanted = this.#rules.providers[serves] === name;
      if (!isWanted && !fitsGrains(when, this.#rules.grains())) return undefined;
      if (!virtual) return true;
      const answer = await this.#rules.ask(await candidate.load());
      return typeof answer === 'string' ? answer : answer || '';
    } catch (err) {
      if (!candidate.user) this.#rules.log.error({ err, plugin: candidate.name }, 'plugin cannot be loaded');
      return err instanceof Error ? err.message : String(err);
    }
  }
}

/** True when every named grain has one of the wanted values. */
export function fitsGrains(when: PluginEntry['when'], grains: PlainMap): boolean {
  return Object.entries(when ?? {}).every(([name, wanted]) => {
    const value: Value = grains[name] ?? null;
    const values: readonly Value[] = Array.isArray(value) ? value : [value];
    return values.some((item) => isTruthy(item) && wanted.includes(String(item)));
  });
}

const isNamed = (list: readonly string[], name: string, serves: string): boolean => list.includes(name) || list.includes(serves);
