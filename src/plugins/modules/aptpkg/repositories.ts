/** Sources of packages as Salt shows them; finding and deleting one. */
import { basename, dirname } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap } from '../../../kernel/std/value.js';
import { OneLineSource } from '../../../kernel/sys/apt/one-line-source.js';
import { isPpa, ppaLine } from '../../../kernel/sys/apt/ppa.js';
import { sameUri, type PackageSource } from '../../../kernel/sys/apt/package-source.js';
import { refreshDb } from './refresh.js';
import { SourcesList } from '../../../kernel/sys/apt/sources-list.js';

/** `{ uri: [source, ...] }`, one for each suite and type. */
export async function listRepositories(ctx: Context): Promise<Record<string, PlainMap[]>> {
  const found: Record<string, PlainMap[]> = {};
  for (const source of (await SourcesList.read(ctx)).sources) {
    for (const uri of source.uris) {
      for (const dist of source.suites) {
        for (const type of source.types) (found[uri] ??= []).push(describe(source, { uri, dist, type }));
      }
    }
  }
  return found;
}

function describe(source: PackageSource, one: { uri: string; dist: string; type: string }): PlainMap {
  const { file, disabled, suites, types, uris, signedby } = source;
  return {
    file, comps: [...source.comps], disabled, enabled: !disabled, dist: one.dist, suites: [...suites], type: one.type, types: [...types],
    uri: one.uri, uris: [...uris], line: lineOf(source, one), architectures: [...source.architectures], signedby,
  };
}

/** What the source would be as one line. */
function lineOf(source: PackageSource, { uri, dist, type }: { uri: string; dist: string; type: string }): string {
  if (source instanceof OneLineSource) return source.line.trim();
  const line = new OneLineSource(`${type} ${uri} ${dist} ${source.comps.join(' ')}`);
  line.disabled = source.disabled;
  line.architectures = [...source.architectures];
  line.signedby = source.signedby ?? '';
  line.trusted = source.trusted;
  return line.toString();
}

const authOf = (kwargs: PlainMap): string | undefined => (isTruthy(kwargs['ppa_auth']) ? str(kwargs['ppa_auth'] ?? '') : undefined);

/** The source that a line names, or an empty mapping. */
export async function findRepository(given: string, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const auth = authOf(kwargs);
  const wanted = new OneLineSource(isPpa(given, ctx) ? ppaLine(given, auth, ctx) : given);
  const uri = auth === undefined ? wanted.uri : wanted.uri.replace(/^(https?:\/\/)(?!.*@)/, `$1${auth}@`);
  for (const source of Object.values(await listRepositories(ctx)).flat()) {
    const comps = source['comps'] as readonly string[];
    const fits = source['type'] === wanted.type && sameUri(str(source['uri'] ?? ''), uri) && source['dist'] === wanted.dist;
    if (fits && (wanted.comps.length === 0 || wanted.comps.some((comp) => comps.includes(comp)))) return source;
  }
  return {};
}

/** Takes a source away; gives Salt's sentence. @throws CommandExecutionError when there is none */
export async function deleteRepository(given: string, kwargs: PlainMap, ctx: Context): Promise<string> {
  const ppa = isPpa(given, ctx);
  const repo = ppa ? ppaLine(given, authOf(kwargs), ctx) : given;
  const wanted = new OneLineSource(repo);
  const list = await SourcesList.read(ctx);
  const files = new Set<string>();
  for (const source of list.sources) {
    const isIt = source.types.includes(wanted.type) && source.architectures.join() === wanted.architectures.join();
    const isItsSource = ppa && wanted.type === 'deb' && source.type === 'deb-src';
    const sameplace = source.uris.some((uri) => sameUri(uri, wanted.uri)) && source.suites.includes(wanted.dist);
    if ((isIt || isItsSource) && sameplace && reduce(source, wanted, list)) files.add(source.file);
  }
  if (wanted.invalid || files.size === 0) throw new CommandExecutionError(`Repo ${repo} doesn't exist in the sources.list(s)`);
  await list.save();
  const sentences: string[] = [];
  for (const file of files) sentences.push(await sentenceFor(repo, file, list, ctx));
  await refreshDb(ctx);
  return sentences.join('');
}

/** With the same components the suite goes, else the components named; true when something went. */
function reduce(source: PackageSource, wanted: OneLineSource, list: SourcesList): boolean {
  const have = new Set(source.comps);
  const left = source.comps.filter((comp) => !wanted.comps.includes(comp));
  const same = have.size === new Set(wanted.comps).size && left.length === 0;
  if (same) source.suites = source.suites.filter((suite) => suite !== wanted.dist);
  else if (left.length === have.size) return false;
  else source.comps = left;
  if (source.suites.length === 0 || (!same && left.length === 0)) list.remove(source);
  return true;
}

/** A part file without a source is removed. */
async function sentenceFor(repo: string, file: string, list: SourcesList, ctx: Context): Promise<string> {
  const isEmpty = !list.sources.some((source) => source.file === file);
  if (!isEmpty || basename(dirname(file)) !== 'sources.list.d') return `Repo '${repo}' has been removed from ${file}.\n`;
  await ctx.sys.fs.rm(file, { force: true });
  return `File ${file} containing repo '${repo}' has been removed.`;
}
