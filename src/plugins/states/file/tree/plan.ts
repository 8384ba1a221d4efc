/** What `file.recurse` will put where: files, folders and links of its sources, the first source winning. */
import type { Context } from '../../../../kernel/contract/context.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isList, isPlainMap, type Value } from '../../../../kernel/std/value.js';
import { strip } from '../../../../kernel/std/python-space.js';
import { dirname, joinPath, normalizePath } from '../../../../kernel/sys/file/paths.js';
import { saltPath } from '../../../../kernel/sys/file/url.js';
import { environmentOf } from '../ground/checks.js';
import { isChosen } from '../ground/patterns.js';

export interface RecurseWish {
  /** The folder on this machine. */
  readonly folder: string;
  readonly sources: readonly string[];
  readonly keepSymlinks: boolean;
  readonly includePat: Value;
  readonly excludePat: Value;
  readonly maxdepth: number | null;
  readonly includeEmpty: boolean;
  /** All sources are laid over one another; else the first alone counts. */
  readonly merge: boolean;
}

export interface Plan {
  /** Address of the source by path. */
  readonly files: Map<string, string>;
  readonly folders: Set<string>;
  /** Target by path of the link. */
  readonly links: Map<string, string>;
  /** Paths that cleaning spares. */
  readonly keep: Set<string>;
}

interface Laying extends Plan {
  readonly ctx: Context;
  readonly wish: RecurseWish;
  /** All folders above and among what is laid. */
  readonly occupied: Set<string>;
  /** Places of links to folders that a source of higher rank has as files. */
  readonly ignored: Set<string>;
}

export async function planRecurse(ctx: Context, wish: RecurseWish): Promise<Plan> {
  const laying: Laying = {
    ctx, wish, files: new Map(), folders: new Set(), links: new Map(), keep: new Set(), occupied: new Set(), ignored: new Set(),
  };
  for (const source of wish.merge ? wish.sources : wish.sources.slice(0, 1)) await laySource(laying, source);
  return laying;
}

interface Source {
  /** Path in the file server, with a slash at its end. */
  readonly root: string;
  readonly saltenv: string;
}

async function laySource(laying: Laying, address: string): Promise<void> {
  const { ctx, wish } = laying;
  const { path, saltenv } = saltPath(address);
  const source: Source = { root: path.endsWith('/') ? path : `${path}/`, saltenv: saltenv ?? environmentOf(ctx) };
  const names = await list(ctx, 'cp.list_master', source);
  const files = wish.keepSymlinks ? await layLinks(laying, source, names) : names;
  for (const name of files) layFile(laying, source, name);
  if (wish.includeEmpty) await layFolders(laying, source);
  else if (wish.keepSymlinks) await dropEmptyLinks(laying, source);
}

async function list(ctx: Context, fun: string, { root, saltenv }: Source): Promise<string[]> {
  const names = await ctx.call(fun, [saltenv, root]);
  return isList(names) ? names.map(str) : [];
}

/** The path below the source; undefined for what is not wanted or would lead out of it. */
function wanted({ wish }: Laying, { root }: Source, name: string): string | undefined {
  if (strip(name) === '') return undefined;
  const relative = normalizePath(name.startsWith(root) ? name.slice(root.length) : name === root.slice(0, -1) ? '.' : `../${name}`);
  if (`/${relative}/`.includes('/../')) return undefined;
  const depth = relative.replace(/^\/+|\/+$/g, '').split('/').length - 1;
  if (wish.maxdepth !== null && depth > wish.maxdepth) return undefined;
  return isChosen(relative, wish.includePat, wish.excludePat) ? relative : undefined;
}

const placeOf = ({ wish }: Laying, relative: string): string => joinPath(wish.folder, normalizePath(relative));

function* parentsOf(path: string): Generator<string> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    yield folder;
    if (folder === '/' || folder === '') return;
  }
}

function isOccupied({ occupied, files, links }: Laying, place: string): boolean {
  const taken = (path: string): boolean => files.has(path) || links.has(path);
  return occupied.has(place) || taken(place) || [...parentsOf(place)].some(taken);
}

function layFile(laying: Laying, source: Source, name: string): void {
  const relative = wanted(laying, source, name);
  if (relative === undefined) return;
  const place = placeOf(laying, relative);
  if (isOccupied(laying, place)) return;
  laying.keep.add(place);
  laying.folders.add(dirname(place));
  for (const folder of parentsOf(place)) laying.occupied.add(folder);
  laying.files.set(place, `salt://${name}?saltenv=${source.saltenv}`);
}

async function layFolders(laying: Laying, source: Source): Promise<void> {
  for (const name of await list(laying.ctx, 'cp.list_master_dirs', source)) {
    const relative = wanted(laying, source, name);
    if (relative === undefined) continue;
    const place = placeOf(laying, relative);
    if (laying.ignored.has(place) || isOccupied(laying, place)) continue;
    for (const set of [laying.folders, laying.occupied, laying.keep]) set.add(place);
  }
}

const linkPlace = (place: string, target: string): string => normalizePath(joinPath(dirname(place), target));

/** The file server lists what lies behind links, too: that is taken out, and the links themselves are laid. */
async function layLinks(laying: Laying, source: Source, names: readonly string[]): Promise<string[]> {
  const links = await laying.ctx.call('cp.list_master_symlinks', [source.saltenv, source.root]);
  let left = [...names];
  for (const [name, target] of Object.entries(isPlainMap(links) ? links : {})) {
    const ledToFolder = left.some((one) => one.startsWith(`${name}/`));
    left = left.filter((one) => one !== name && !one.startsWith(`${name}/`));
    const relative = wanted(laying, source, name);
    if (relative !== undefined) layLink(laying, { place: placeOf(laying, relative), target: str(target), ledToFolder });
  }
  return left;
}

function layLink(laying: Laying, { place, target, ledToFolder }: { place: string; target: string; ledToFolder: boolean }): void {
  if (isOccupied(laying, place)) return;
  const leadsTo = linkPlace(place, target);
  // A source of higher rank may have something of another kind where the link leads.
  if (ledToFolder && laying.files.has(leadsTo)) {
    laying.ignored.add(place);
    return;
  }
  if (!ledToFolder && laying.folders.has(leadsTo)) return;
  laying.links.set(place, target);
  laying.keep.add(place);
}

/** Links to folders that are empty, and therefore not made, are left out; also links to such links. */
async function dropEmptyLinks(laying: Laying, source: Source): Promise<void> {
  const folders = new Set(await list(laying.ctx, 'cp.list_master_dirs', source));
  for (let dropped = true; dropped;) {
    dropped = false;
    for (const [place, target] of laying.links) {
      if (!folders.has(normalizePath(joinPath(source.root, target)))) continue;
      const leadsTo = normalizePath(placeOf(laying, target));
      if (laying.files.has(leadsTo) || laying.occupied.has(leadsTo) || laying.links.has(leadsTo)) continue;
      laying.links.delete(place);
      dropped = true;
    }
  }
}
