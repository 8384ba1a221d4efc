/** Bodies as clients send them, and answers in the form they ask for. Source: golden cli/api-*; read, Salt 3008.3. */
import { pythonJson } from '../../kernel/std/python-json.js';
import { isList, type PlainMap, type Value } from '../../kernel/std/value.js';
import { dumpYaml } from '../../kernel/yaml/dump.js';
import { loadYaml, YamlError } from '../../kernel/yaml/load.js';
import { readJson } from '../../kernel/yaml/read-json.js';
import { readWord } from '../../kernel/yaml/word.js';
import { PythonError } from '../../kernel/contract/errors.js';
import { headerOf, type Answer, type Ask } from '../http/exchange.js';
import { HttpError } from '../http/http-error.js';
import { acceptedOf } from './accept.js';

const FORMS = ['application/json', 'application/x-yaml'] as const;

export interface Sent {
  readonly data: Value;
  /** The text of the body. */
  readonly raw: string;
}

/** @throws HttpError */
export async function sentBy(ask: Ask): Promise<Sent> {
  const reader = READERS[(headerOf(ask, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''];
  if (headerOf(ask, 'content-length') === '0' || (headerOf(ask, 'content-length') === undefined && headerOf(ask, 'transfer-encoding') === undefined)) return { data: null, raw: '' };
  if (reader === undefined) throw new HttpError(406, 'Content type not supported');
  const raw = (await ask.body()).toString('utf8');
  return { data: reader(raw), raw };
}

/** Clients that name no form send what programs of the command line send. */
const READERS: Readonly<Record<string, (text: string) => Value>> = {
  'application/x-www-form-urlencoded': readForm, '': readForm, 'application/x-yaml': yamlOf, 'text/yaml': yamlOf,
  'application/json': (text) => (jsonOf(text) ?? refuse('Invalid JSON document')).value,
  'text/plain': (text) => jsonOf(text)?.value ?? text,
};

function refuse(message: string): never {
  throw new HttpError(400, message);
}

function jsonOf(text: string): { value: Value } | undefined {
  try {
    return { value: readJson(text) };
  } catch (error) {
    if (error instanceof PythonError) return undefined;
    throw error;
  }
}

function yamlOf(text: string): Value {
  try {
    return loadYaml(text);
  } catch (error) {
    if (error instanceof YamlError) return refuse('Invalid YAML document');
    throw error;
  }
}

/** A name that comes several times is a list; `arg` and `kwarg` are read as words of a command line. */
function readForm(text: string): PlainMap {
  const fields = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(text)) if (value !== '') fields.set(name, [...fields.get(name) ?? [], value]);
  const form: PlainMap = Object.fromEntries([...fields].map(([name, values]) => [name, values.length === 1 ? values[0] ?? '' : values]));
  if (form['kwarg'] !== undefined) form['kwarg'] = readWord(form['kwarg']);
  const { arg } = form;
  if (arg !== undefined) form['arg'] = isList(arg) ? arg.map(readWord) : [readWord(arg)];
  return form;
}

/** Chosen before anything is done: a client that takes none of our forms causes nothing. @throws HttpError 406 */
export function writerFor(ask: Ask): (value: Value, more?: { status?: number; headers?: Readonly<Record<string, string>> }) => Answer {
  const form = acceptedOf(ask, FORMS);
  return (value, { status = 200, headers = {} } = {}) => {
    const body = form === 'application/json' ? pythonJson(value, { indent: null, sortKeys: false }) : dumpYaml(value, { flowStyle: false, ascii: true });
    if (body === undefined) throw new HttpError(500, 'Could not serialize the return data from Salt.');
    return { status, headers: { 'Content-Type': form, ...headers }, body };
  };
}
