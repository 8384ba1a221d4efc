/** What a backend of files answers out of one listing of an environment, whoever makes the listing. */
export interface Listing {
  readonly files: readonly string[];
  readonly dirs: readonly string[];
  readonly emptyDirs: readonly string[];
  /** Link to target. */
  readonly links: Readonly<Record<string, string>>;
}

export abstract class ListingAnswers {
  protected abstract listing(saltenv: string): Promise<Listing>;
  /** Listings that are kept, by environment. */
  protected abstract get kept(): Map<string, unknown>;

  async fileList(saltenv: string): Promise<readonly string[]> {
    return (await this.listing(saltenv)).files;
  }

  async dirList(saltenv: string): Promise<readonly string[]> {
    return (await this.listing(saltenv)).dirs;
  }

  async fileListEmptydirs(saltenv: string): Promise<readonly string[]> {
    return (await this.listing(saltenv)).emptyDirs;
  }

  async symlinkList(saltenv: string): Promise<Readonly<Record<string, string>>> {
    return (await this.listing(saltenv)).links;
  }

  /** Gives the names of the environments whose listings were kept. */
  clearFileListCache(saltenvs: readonly string[] | undefined): string[] {
    const { kept } = this;
    const names = [...kept.keys()].filter((env) => saltenvs === undefined || saltenvs.includes(env)).sort();
    for (const env of names) kept.delete(env);
    return names;
  }
}
