/** What differs between two containers, their networks, or two networks. Source: read, Salt 3006. */
import type { Context } from '../../../kernel/contract/context.js';
import { equalValues, isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { pythonJson } from '../../../kernel/std/python-json.js';
import { str } from '../../../kernel/std/python-text.js';
import { containerState, found, inspectContainer, inspectImage, inspectNetwork, part, stateOf } from './inspect.js';

const difference = (old: Value, now: Value): PlainMap => ({ old, new: now });
const sorted = (value: Value): Value => {
  const key = (item: Value): string => pythonJson(item, { indent: null, sortKeys: true }) ?? '';
  return isList(value) ? value.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)) : value;
};
const isEmpty = (value: Value): boolean => !isTruthy(value);

/** The order of these means nothing. */
const UNORDERED = ['Env', 'Links', 'Ulimits'];

/** Links name the container itself. */
const scrubbed = (links: Value, name: string): Value => (isList(links) ? links.map((link) => str(link).replace(`/${name}/`, '/')) : links);

/** Podman gives each container that was started once a variable with its own name. */
function withoutOwnName(variables: Value, facts: PlainMap): Value {
  const own = [str(part(facts, 'Config')['Hostname'] ?? ''), str(facts['Id'] ?? '').slice(0, 12)].map((host) => `HOSTNAME=${host}`);
  return isList(variables) ? variables.filter((variable) => !own.includes(str(variable))) : variables;
}

async function comparable(item: string, value: Value, name: string, facts: PlainMap, ctx: Context): Promise<Value> {
  if (item === 'Image') return (await inspectImage(str(value), ctx))['Id'] ?? null;
  const own = item === 'Links' ? scrubbed(value, name) : item === 'Env' ? withoutOwnName(value, facts) : value;
  return UNORDERED.includes(item) ? sorted(own) : own;
}

/** Differences of `Config` and `HostConfig`, by these and the name of what differs. */
export async function compareContainers(first: string, second: string, ignored: readonly string[], ctx: Context): Promise<PlainMap> {
  const [one, two] = [await inspectContainer(first, ctx), await inspectContainer(second, ctx)];
  const all: PlainMap = {};
  for (const place of ['Config', 'HostConfig']) {
    const [before, after] = [part(one, place), part(two, place)];
    const changes: PlainMap = {};
    for (const item of new Set([...Object.keys(before), ...Object.keys(after)])) {
      if (ignored.includes(item)) continue;
      const [old, now] = [before[item] ?? null, after[item] ?? null];
      if (item === 'OomKillDisable' || old === null || now === null) {
        if (isEmpty(old) !== isEmpty(now)) changes[item] = difference(old, now);
        continue;
      }
      const [a, b] = [await comparable(item, old, first, one, ctx), await comparable(item, now, second, two, ctx)];
      if (!equalValues(a, b)) changes[item] = difference(a, b);
    }
    if (Object.keys(changes).length > 0) all[place] = changes;
  }
  return all;
}

const networkFacts = async (given: Value, ctx: Context): Promise<PlainMap> => (isPlainMap(given) ? given : inspectNetwork(str(given), ctx));
/** The name of the interface is chosen by the service. */
const OWN_OPTIONS = ['com.docker.network.bridge.name'];

function compareInside(item: string, old: Value, now: Value): PlainMap {
  const [before, after] = [isPlainMap(old) ? old : {}, isPlainMap(now) ? now : {}];
  const keys = Object.keys(before).filter((key) => item !== 'Options' || !OWN_OPTIONS.includes(key));
  return Object.fromEntries(keys.flatMap((key) => {
    const [a, b] = [before[key] ?? null, after[key] ?? null];
    const isSame = (isEmpty(a) && isEmpty(b)) || equalValues(key === 'Config' ? sorted(a) : a, key === 'Config' ? sorted(b) : b);
    return isSame ? [] : [[key, difference(a, b)]];
  }));
}

/** Differences of two networks, given by name or as facts. */
export async function compareNetworks(first: Value, second: Value, ignored: readonly string[], ctx: Context): Promise<PlainMap> {
  const [before, after] = [await networkFacts(first, ctx), await networkFacts(second, ctx)];
  const all: PlainMap = {};
  for (const item of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[item] ?? null, after[item] ?? null];
    if (ignored.includes(item) || (isEmpty(old) && isEmpty(now))) continue;
    const inside = (item === 'IPAM' || item === 'Options') && before[item] !== undefined ? compareInside(item, old, now) : undefined;
    if (inside === undefined ? !equalValues(old, now) : Object.keys(inside).length > 0) all[item] = inside ?? difference(old, now);
  }
  return all;
}

type Endpoints = Record<string, PlainMap>;

/** The networks of a container; of a running one those that it is really in. */
async function endpointsOf(facts: PlainMap, state: string, ctx: Context): Promise<Endpoints> {
  const ends: Endpoints = {};
  for (const [name, end] of Object.entries(part(part(facts, 'NetworkSettings'), 'Networks'))) {
    if (!isPlainMap(end)) continue;
    const network = state === 'running' ? await found(inspectNetwork(name, ctx)) : undefined;
    if (network === undefined || part(network, 'Containers')[str(facts['Id'] ?? '')] !== undefined) ends[name] = end;
  }
  return ends;
}

/** Names of a container in a network without those that every container has: its id and its host name. */
function ownAliases(value: Value, facts: PlainMap): Value {
  const common = [str(part(facts, 'Config')['Hostname'] ?? ''), str(facts['Id'] ?? '').slice(0, 12)];
  const own = isList(value) ? value.filter((alias) => !common.includes(str(alias))) : [];
  return own.length === 0 ? null : sorted(own);
}

const staticValue = (key: string, value: Value, facts: PlainMap): Value => (key === 'Aliases' ? ownAliases(value, facts) : sorted(value));

interface Side {
  readonly end: PlainMap | undefined;
  readonly isAutomatic: boolean;
}

/** Addresses that the service chose, against those that somebody wished. */
function addresses({ end: one, isAutomatic: wasAutomatic }: Side, { end: two, isAutomatic }: Side, automatic: readonly string[]): PlainMap {
  if (wasAutomatic === isAutomatic) {
    const [old, now] = [one?.['IPAMConfig'] ?? null, two?.['IPAMConfig'] ?? null];
    return (isEmpty(old) && isEmpty(now)) || equalValues(old, now) ? {} : { IPAMConfig: difference(old, now) };
  }
  const [end, toOld] = wasAutomatic ? [one, true] : [two, false];
  const known = automatic.filter((key) => !isEmpty(end?.[key] ?? null));
  const values = Object.fromEntries(known.map((key) => [key, toOld ? difference(end?.[key] ?? null, null) : difference(null, end?.[key] ?? null)]));
  const other = toOld ? two : one;
  const wished = other === undefined ? {} : { IPAMConfig: toOld ? difference(null, other['IPAMConfig'] ?? null) : difference(other['IPAMConfig'] ?? null, null) };
  const word = other === undefined ? 'not connected' : 'static';
  return { ...values, ...wished, ...known.length > 0 ? {} : { IPConfiguration: toOld ? difference('automatic', word) : difference(word, 'automatic') } };
}

/** Differences of the networks of two containers, by network. */
export async function compareContainerNetworks(first: Value, second: Value, ctx: Context): Promise<PlainMap> {
  const factsOf = async (given: Value): Promise<PlainMap> => (isPlainMap(given) ? given : inspectContainer(str(given), ctx));
  const [one, two] = [await factsOf(first), await factsOf(second)];
  const [before, after] = [await endpointsOf(one, await now(first, one, ctx), ctx), await endpointsOf(two, await now(second, two, ctx), ctx)];
  const keys = await ctx.call('config.option', ['docker.compare_container_networks']);
  const listed = (name: string): string[] => (isPlainMap(keys) && isList(keys[name] ?? null) ? (keys[name] as Value[]).map(str) : []);
  const all: PlainMap = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, next] = [before[name], after[name]];
    const side = (end: PlainMap | undefined): Side => ({ end, isAutomatic: end !== undefined && isEmpty(end['IPAMConfig'] ?? null) });
    const statics = listed('static').filter((key) => key !== 'IPAMConfig').flatMap((key): [string, Value][] => {
      const [a, b] = [staticValue(key, old?.[key] ?? null, one), staticValue(key, next?.[key] ?? null, two)];
      return (isEmpty(a) && isEmpty(b)) || equalValues(a, b) ? [] : [[key, difference(a, b)]];
    });
    const changes = { ...Object.fromEntries(statics), ...addresses(side(old), side(next), listed('automatic')) };
    if (Object.keys(changes).length > 0) all[name] = changes;
  }
  return all;
}

const now = async (given: Value, facts: PlainMap, ctx: Context): Promise<string> => (isPlainMap(given) ? stateOf(facts) : containerState(str(given), ctx));
