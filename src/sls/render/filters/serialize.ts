/** Salt's filters between values and YAML, JSON, XML and Python. Golden: render/sf-yaml*, sf-json*, sf-load_*. */
import { pformat } from '../../../kernel/std/python-pprint.js';
import { strip } from '../../../kernel/std/python-space.js';
import { isMap, type ValueMap } from '../../../kernel/std/value.js';
import { dumpYaml } from '../../../kernel/yaml/dump.js';
import { loadYaml, YamlError } from '../../../kernel/yaml/load.js';
import { PythonError } from '../../../kernel/contract/errors.js';
import { readJson } from '../../../kernel/yaml/read-json.js';
import { operation, type Operation } from '../python/callable.js';
import { truth } from '../python/compare.js';
import { dataOf, isTemplateOnly, valueOf } from '../python/convert.js';
import { type Data, Thing } from '../python/data.js';
import { Dict } from '../python/dict.js';
import { TemplateError, typeError } from '../python/errors.js';
import { Markup, textOf } from '../python/markup.js';
import { isInt } from '../python/numbers.js';
import { reprOf, strOf } from '../python/text.js';
import { nameOfType } from '../python/type-name.js';
import { doubleQuoted, singleQuoted } from '../python/yaml-quote.js';
import { writeJson } from './json-write.js';
import { refusingUndefined } from './strict.js';
import { writeXml } from './xml.js';

/** PyYAML writes only what it knows; text marked as safe is another class. */
function refuseObject(value: Data): never {
  throw new PythonError('RepresenterError', `('cannot represent an object', ${reprOf(value)})`);
}

function yamlText(value: Data, flowStyle: boolean): string {
  const kept = new WeakSet<ValueMap>();
  const plain = valueOf(value, { onOrdered: (map) => void kept.add(map), onMarkup: refuseObject });
  const text = strip(dumpYaml(plain, { flowStyle, keepsOrder: (map) => isMap(map) && kept.has(map) }));
  return text.endsWith('\n...') ? text.slice(0, -4) : text;
}

function indentOf(indent: Data): string | undefined {
  if (indent === null) return undefined;
  return isInt(indent) ? ' '.repeat(Math.max(0, Number(indent))) : strOf(indent);
}

/** What an imported template stands for when data is loaded of it: its text. */
function source(value: Data): Data {
  return value instanceof Thing && value.typeName === 'TemplateModule' ? value.text() : value;
}

function loadYamlData(value: Data): Data {
  const given = source(value);
  const text = textOf(given) ?? (given instanceof Uint8Array ? Buffer.from(given).toString('utf8') : undefined);
  if (text === undefined) throw new TemplateError('runtime', `Unable to load yaml from ${strOf(given)}`);
  try {
    return dataOf(loadYaml(text));
  } catch (error) {
    if (error instanceof YamlError) throw new TemplateError('runtime', `Encountered error loading yaml: ${error.message}`);
    throw error;
  }
}

function loadJsonData(value: Data): Data {
  const given = source(value);
  const text = textOf(given);
  try {
    if (text !== undefined) return dataOf(readJson(text));
  } catch (error) {
    if (!(error instanceof PythonError) || error.className !== 'JSONDecodeError') throw error;
  }
  throw new TemplateError('runtime', `Unable to load json from ${strOf(given)}`);
}

function yamlEncode(value: Data): string {
  if (typeof value === 'string') return doubleQuoted(value, false);
  if (value instanceof Markup) refuseObject(value);
  if (Array.isArray(value) || value instanceof Dict) throw typeError(`yaml_encode() only works with YAML scalar data; failed for <class '${nameOfType(value)}'>`);
  if (isTemplateOnly(value)) refuseObject(value);
  return yamlText(value, true);
}

function slsParams(value: Data, flowStyle: boolean): Data {
  if (!(value instanceof Dict)) throw new PythonError('AttributeError', `'${nameOfType(value)}' object has no attribute 'items'`);
  return new Markup(yamlText(Array.from(value.entries(), (entry) => Dict.of([entry])), flowStyle));
}

function toJson(value: Data, named: ReadonlyMap<string, Data>): string {
  const flag = (name: string, usual: boolean): boolean => {
    const given = named.get(name);
    return given === undefined ? usual : truth(given);
  };
  const text = writeJson(value, { ascii: flag('ensure_ascii', true), sortKeys: flag('sort_keys', false), indent: indentOf(named.get('indent') ?? null) });
  return text.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026').replaceAll("'", '\\u0027');
}

const FILTERS: readonly Operation[] = [
  operation('yaml', ['value', ['flow_style', true]], ([value = null, flow = true]) => new Markup(yamlText(value, truth(flow))), { pythonName: 'SerializerExtension.format_yaml' }),
  operation('json', ['value', ['sort_keys', true], ['indent', null]], ([value = null, sortKeys = true, indent = null]) =>
    new Markup(strip(writeJson(value, { ascii: false, sortKeys: truth(sortKeys), indent: indentOf(indent) }))), { pythonName: 'SerializerExtension.format_json' }),
  { name: 'tojson', waits: false, run: (value, { list, named }) => toJson(value, list[0] === undefined ? named : new Map([...named, ['indent', list[0]]])) },
  operation('python', ['value'], ([value = null]) => new Markup(strip(pformat(valueOf(value)))), { pythonName: 'SerializerExtension.format_python' }),
  operation('xml', ['value'], ([value = null]) => new Markup(writeXml(value)), { pythonName: 'SerializerExtension.format_xml' }),
  operation('load_yaml', ['value'], ([value = null]) => loadYamlData(value), { pythonName: 'SerializerExtension.load_yaml' }),
  operation('load_json', ['value'], ([value = null]) => loadJsonData(value), { pythonName: 'SerializerExtension.load_json' }),
  operation('load_text', ['value'], ([value = null]) => source(value), { pythonName: 'SerializerExtension.load_text' }),
  operation('dict_to_sls_yaml_params', ['value', ['flow_style', false]], ([value = null, flow = false]) => slsParams(value, truth(flow)), { pythonName: 'SerializerExtension.dict_to_sls_yaml_params' }),
];

export const SERIALIZE_FILTERS: readonly Operation[] = [
  ...FILTERS.map(refusingUndefined),
  operation('yaml_encode', ['data'], ([value = null]) => yamlEncode(value)),
  operation('yaml_dquote', ['text'], ([value = null]) => doubleQuoted(strOf(value), false)),
  operation('yaml_squote', ['text'], ([value = null]) => singleQuoted(strOf(value))),
];
