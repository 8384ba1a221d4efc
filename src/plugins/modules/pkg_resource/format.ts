/** Lists of packages in the forms Salt gives them. */
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isTruthy, mapGet, type PlainMap, type Value } from '../../../kernel/std/value.js';

/** Attributes that can be asked for. */
const ATTRIBUTES = ['epoch', 'version', 'release', 'arch', 'install_date', 'install_date_time_t'];
/** In the answer even when not asked for. */
const ALWAYS = ['version', 'arch'];

export interface ListFormat {
  readonly asList: boolean;
  /** Null, `all`, or a list of attributes. */
  readonly attr: Value;
  /** Splits a name and its architecture. */
  archOf(name: string): Promise<PlainMap>;
}

/** Versions by package, or with `attr` the attributes of each installed version. */
export async function formatPackageList(packages: PlainMap, format: ListFormat): Promise<PlainMap> {
  if (isTruthy(format.attr)) return withAttributes(packages, format);
  const versions: PlainMap = {};
  for (const [name, details] of Object.entries(packages)) {
    versions[name] = listOf(details).map((one) => formatVersion(field(one, 'epoch'), field(one, 'version'), field(one, 'release')));
  }
  if (!format.asList) joinVersions(versions);
  return versions;
}

async function withAttributes(packages: PlainMap, { attr, archOf }: ListFormat): Promise<PlainMap> {
  const wanted = attr === 'all' ? ATTRIBUTES : ATTRIBUTES.filter((name) => [...listOf(attr), ...ALWAYS].includes(name));
  const answer: PlainMap = {};
  for (const [name, details] of Object.entries(packages)) {
    const parsed = await archOf(name);
    let key = name;
    const versions: Value[] = [];
    for (const one of listOf(details)) {
      const kept = Object.fromEntries(wanted.filter((attribute) => isMap(one) && mapGet(one, attribute) !== undefined).map((attribute) => [attribute, field(one, attribute)]));
      versions.push(kept);
      if (isTruthy(parsed['name']) && (kept['arch'] ?? null) === (parsed['arch'] ?? null)) key = str(parsed['name'] ?? name);
    }
    answer[key] = [...listOf(answer[key] ?? null), ...versions];
  }
  return answer;
}

const listOf = (value: Value): readonly Value[] => (Array.isArray(value) ? value : []);
const field = (value: Value, name: string): Value => (isMap(value) ? mapGet(value, name) ?? null : null);

/** `epoch:version-release`; what is empty is left out. */
export function formatVersion(epoch: Value, version: Value, release: Value): string {
  return `${isTruthy(epoch) ? `${str(epoch)}:` : ''}${str(version)}${isTruthy(release) ? `-${str(release)}` : ''}`;
}

/** Turns lists of versions into texts, in place. */
export function joinVersions(packages: PlainMap): void {
  for (const [name, versions] of Object.entries(packages)) {
    if (Array.isArray(versions)) packages[name] = versions.map(str).join(',');
  }
}
