/** Lists of containers and images. Source: read, Salt 3006. */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { inspectContainer, inspectImage } from './inspect.js';
import { askRows, filterQuery, timed, truthy, withSizes } from './server.js';

const byId = (rows: readonly PlainMap[]): [string, PlainMap][] => rows.filter(({ Id }) => typeof Id === 'string').map(({ Id, ...facts }) => [Id as string, facts]);

async function withInfo(listed: PlainMap, look: (id: string) => Promise<PlainMap>): Promise<PlainMap> {
  const rows: [string, Value][] = [];
  for (const [id, facts] of Object.entries(listed)) rows.push([id, { ...facts as PlainMap, Info: await look(id) }]);
  return Object.fromEntries(rows);
}

const isUp = (facts: PlainMap): boolean => str(facts['Status'] ?? '').toLowerCase().startsWith('up ') || facts['State'] === 'running';

/** Containers by id, running ones first. */
export async function ps(filters: Value, options: PlainMap, ctx: Context): Promise<PlainMap> {
  const rows = byId(await askRows({ path: '/containers/json', query: { all: '1', ...filterQuery(filters) } }, ctx));
  const [up, down] = [rows.filter(([, facts]) => isUp(facts)), rows.filter(([, facts]) => !isUp(facts))];
  const chosen: PlainMap = Object.fromEntries([...up, ...truthy(options, 'all') ? down : []].map(([id, facts]) => [id, timed(facts)]));
  const listed = truthy(options, 'verbose') ? await withInfo(chosen, (id) => inspectContainer(id, ctx)) : chosen;
  return truthy(options, 'host') ? { ...listed, host: { interfaces: await ctx.call('network.interfaces') } } : listed;
}

/** Names of containers, sorted. */
export async function containerNames(all: boolean, ctx: Context): Promise<string[]> {
  const names = Object.values(await ps(null, { all }, ctx)).flatMap((facts) => (isPlainMap(facts) && isList(facts['Names'] ?? null) ? facts['Names'] as Value[] : []));
  return [...new Set(names.map((name) => str(name).replace(/^\/+/, '')))].toSorted();
}

export const tagsOf = (facts: PlainMap): string[] => (isList(facts['RepoTags'] ?? null) ? (facts['RepoTags'] as Value[]).map(str).filter((tag) => tag !== '<none>:<none>') : []);

/** Images by id; those without a name only when all are asked for. */
export async function images(all: boolean, verbose: boolean, ctx: Context): Promise<PlainMap> {
  const rows = byId(await askRows({ path: '/images/json', query: { all: all ? '1' : '0' } }, ctx));
  const [tagged, untagged] = [rows.filter(([, facts]) => tagsOf(facts).length > 0), rows.filter(([, facts]) => tagsOf(facts).length === 0)];
  const chosen: PlainMap = Object.fromEntries([...tagged, ...all ? untagged : []].map(([id, facts]) => [id, withSizes(timed(facts), ['Size', 'VirtualSize'])]));
  return verbose ? withInfo(chosen, (id) => inspectImage(id, ctx)) : chosen;
}

export async function imageTags(ctx: Context): Promise<string[]> {
  return [...new Set(Object.values(await images(false, false, ctx)).flatMap((facts) => (isPlainMap(facts) ? tagsOf(facts) : [])))].toSorted();
}

/** What needs an image: containers by name, images by the first twelve characters of their ids. */
export async function dependants(name: string, ctx: Context): Promise<{ Containers: string[]; Images: string[] }> {
  const { Id } = await inspectImage(name, ctx);
  const containers = Object.values(await ps(null, { all: true }, ctx)).filter(isPlainMap).filter((facts) => facts['ImageID'] === Id);
  const children = Object.entries(await images(true, false, ctx)).filter(([, facts]) => isPlainMap(facts) && facts['ParentId'] === Id);
  return {
    Containers: containers.flatMap(({ Names }) => (isList(Names ?? null) ? (Names as Value[]).map((one) => str(one).replace(/^\/+/, '')) : [])),
    Images: children.map(([id]) => id.slice(0, 12)),
  };
}
