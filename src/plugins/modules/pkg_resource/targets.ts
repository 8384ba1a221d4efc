/** Reads the lists of packages that users write: names, one-element mappings, sources. */
import { InvocationError } from '../../../kernel/contract/errors.js';
import type { Logger } from '../../../kernel/contract/log.js';
import { repr, str } from '../../../kernel/std/python-text.js';
import { isMap, mapEntries, mapSize, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { loadYaml, YamlError } from '../../../kernel/yaml/load.js';

type NameOf = (name: string) => Promise<string>;

/** `{ name: version or null }`. @throws InvocationError when a name comes twice or the list cannot be read (observed: one text for both) */
export async function repackPackages(pkgs: Value, nameOf: NameOf): Promise<PlainMap> {
  const entries = Array.isArray(pkgs) ? (pkgs as readonly Value[]).map(entryOf) : [];
  const packed: PlainMap = {};
  for (const entry of entries) {
    if (entry !== undefined) packed[await nameOf(str(entry[0]))] = entry[1] === null ? null : str(entry[1]);
  }
  if (!Array.isArray(pkgs) || Object.keys(packed).length !== pkgs.length) {
    throw new InvocationError(
      `You are passing a list of packages that contains duplicated packages names: ${str(pkgs)}. This cannot be processed. `
      + 'In case you are targeting different versions of the same package, please target them individually',
    );
  }
  return packed;
}

function entryOf(item: Value): readonly [Value, Value] | undefined {
  if (isMap(item)) return mapSize(item) === 1 ? mapEntries(item)[0] : undefined;
  return item === null || Array.isArray(item) ? undefined : [item, null];
}

function readYaml(text: string, log: Logger): Value {
  try {
    return loadYaml(text);
  } catch (err) {
    if (!(err instanceof YamlError)) throw err;
    log.error({ err }, 'The list of package sources is no YAML');
    return [];
  }
}

/** `{ name: source }`, empty when the list cannot be read; the reason is logged. */
export async function packSources(sources: Value, nameOf: NameOf, log: Logger): Promise<PlainMap> {
  const list = typeof sources === 'string' ? readYaml(sources, log) : sources;
  const items = Array.isArray(list) ? list as readonly Value[] : [list];
  const packed: PlainMap = {};
  for (const item of items) {
    const entry = isMap(item) && mapSize(item) === 1 ? mapEntries(item)[0] : undefined;
    if (entry === undefined) {
      log.error({}, `Invalid input: ${repr(list)}`);
      log.error({}, 'Input must be a list of 1-element dicts');
      return {};
    }
    packed[await nameOf(str(entry[0]))] = entry[1];
  }
  return packed;
}
