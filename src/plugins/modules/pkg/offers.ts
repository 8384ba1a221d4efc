/** Versions on offer, by repository. */
import { compareLoose } from '../pkg_resource/compare.js';

export interface Offer {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
}

export type RepositoryOffers = Record<string, Record<string, Set<string>>>;

export function addOffer(into: RepositoryOffers, { repository, name, version }: Offer): void {
  ((into[repository] ??= {})[name] ??= new Set()).add(version);
}

const newestFirst = (versions: Iterable<string>): string[] => [...versions].toSorted(compareLoose).toReversed();

/** As `pkg.list_repo_pkgs` gives them: newest first, by package, or by repository and package. */
export function shownOffers(offers: RepositoryOffers, byRepository: boolean): Record<string, string[]> | Record<string, Record<string, string[]>> {
  if (byRepository) {
    return Object.fromEntries(Object.entries(offers).map(([id, packages]) =>
      [id, Object.fromEntries(Object.entries(packages).map(([name, versions]) => [name, newestFirst(versions)]))]));
  }
  const joined: Record<string, string[]> = {};
  for (const packages of Object.values(offers)) {
    for (const [name, versions] of Object.entries(packages)) (joined[name] ??= []).push(...versions);
  }
  return Object.fromEntries(Object.entries(joined).map(([name, versions]) => [name, newestFirst(versions)]));
}
