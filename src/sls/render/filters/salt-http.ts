/**
 * `http_query`: asks a web server while a template is rendered.
 *
 * Source: observed, Salt 3008.3. Parameters of Salt's function that mean nothing in a template (files, sessions, streams)
 * are refused as unknown.
 */
import { readFileSync } from 'node:fs';
import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as secureRequest } from 'node:https';
import { PythonError } from '../../../kernel/contract/errors.js';
import { asError } from '../../../kernel/std/async.js';
import { isOsError, osErrorText } from '../../../kernel/std/os-error.js';
import { readJson } from '../../../kernel/yaml/read-json.js';
import { loadYaml } from '../../../kernel/yaml/load.js';
import { operation, type Operation } from '../python/callable.js';
import { truth } from '../python/compare.js';
import { dataOf } from '../python/convert.js';
import { isList, type Data } from '../python/data.js';
import { Dict } from '../python/dict.js';
import { strOf } from '../python/text.js';
import { needText } from './salt-text.js';

const ANSWER_MS = 60_000;
const BODY_BYTES_MAX = 64 * 1024 * 1024;
const REDIRECTS_MAX = 5;
const AGENT = 'Salt/3008.3 http.query()';

interface Query {
  readonly url: URL;
  readonly method: string;
  readonly body: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly verify: boolean;
  readonly ca: Buffer | undefined;
}

interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

function ask({ url, method, body, headers, verify, ca }: Query): Promise<Answer> {
  const options = { method, headers, signal: AbortSignal.timeout(ANSWER_MS), rejectUnauthorized: verify, ...(ca === undefined ? {} : { ca }) };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? secureRequest : plainRequest)(url, options, (response) => {
      const pieces: Buffer[] = [];
      let size = 0;
      response.on('data', (piece: Buffer) => {
        size += piece.length;
        if (size > BODY_BYTES_MAX) response.destroy(new Error(`the answer is longer than ${BODY_BYTES_MAX} bytes`));
        else pieces.push(piece);
      });
      response.once('error', reject);
      response.once('end', () => resolve({
        status: response.statusCode ?? 0, reason: response.statusMessage ?? '', headers: response.headers, body: Buffer.concat(pieces).toString('utf8'),
      }));
    });
    request.once('error', reject);
    request.end(body);
  });
}

async function follow(query: Query, left = REDIRECTS_MAX): Promise<Answer> {
  const answer = await ask(query);
  const { location } = answer.headers;
  if (location === undefined || answer.status < 300 || answer.status > 399 || left === 0) return answer;
  const method = answer.status === 307 || answer.status === 308 ? query.method : 'GET';
  return follow({ ...query, url: new URL(location, query.url), method, ...(method === 'GET' ? { body: undefined } : {}) }, left - 1);
}

const pairsOf = (value: Data): URLSearchParams =>
  (value instanceof Dict ? new URLSearchParams(Array.from(value.entries(), ([key, item]): [string, string] => [strOf(key), strOf(item)])) : new URLSearchParams(strOf(value)));

function headersOf(named: ReadonlyMap<string, Data>, body: string | undefined): Record<string, string> {
  const given = (name: string): Data => named.get(name) ?? null;
  const headers: Record<string, string> = {};
  const list = given('header_list');
  for (const line of isList(list) ? list.map(strOf) : []) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon)] = line.slice(colon + 1).trim();
  }
  const dict = given('header_dict');
  if (dict instanceof Dict) for (const [name, value] of dict.entries()) headers[strOf(name)] = strOf(value);
  headers['User-Agent'] ??= AGENT;
  headers['Connection'] = 'close';
  if (body !== undefined) {
    headers['Content-Type'] ??= 'application/x-www-form-urlencoded';
    headers['Content-Length'] = String(Buffer.byteLength(body));
  }
  const [user, password] = [given('username'), given('password')];
  if (user !== null && password !== null) headers['Authorization'] = `Basic ${Buffer.from(`${strOf(user)}:${strOf(password)}`).toString('base64')}`;
  return headers;
}

function queryOf(address: string, named: ReadonlyMap<string, Data>): Query {
  const given = (name: string): Data => named.get(name) ?? null;
  if (!/^https?:\/\//i.test(address)) throw new PythonError('ValueError', `Unsupported url scheme: ${address.includes('://') ? address.slice(0, address.indexOf(':')) : address}`);
  const url = new URL(address);
  if (given('params') !== null) for (const [key, value] of pairsOf(given('params'))) url.searchParams.append(key, value);
  const data = given('data');
  const body = data === null ? undefined : data instanceof Dict ? pairsOf(data).toString() : strOf(data);
  const bundle = given('ca_bundle');
  return {
    url, body, method: given('method') === null ? 'GET' : needText(given('method')).toUpperCase(), headers: headersOf(named, body),
    verify: given('verify_ssl') === null || truth(given('verify_ssl')), ca: bundle === null ? undefined : readFileSync(needText(bundle)),
  };
}

/** The answer read as what it says it is; text where that is nothing known. */
function decoded(body: string, kind: string, type: string): [name: 'dict' | 'text', value: Data] {
  const form = kind !== 'auto' ? kind : type.includes('json') ? 'json' : type.includes('yaml') ? 'yaml' : 'plain';
  if (form === 'json') return ['dict', dataOf(readJson(body))];
  if (form === 'yaml') return ['dict', dataOf(loadYaml(body))];
  return ['text', body];
}

async function httpQuery(address: string, named: ReadonlyMap<string, Data>): Promise<Data> {
  const wants = (name: string): boolean => truth(named.get(name) ?? false);
  const result = new Dict();
  if (wants('test')) {
    if (!named.has('test_url')) return result;
    result.set('test', true);
  }
  const query = queryOf(wants('test') ? needText(named.get('test_url') ?? null) : address, named);
  let answer: Answer;
  try {
    answer = await follow(query);
  } catch (error) {
    return Dict.of([['error', isOsError(error) ? osErrorText(error) : asError(error).message]]);
  }
  const { status, reason, headers, body } = answer;
  if (status >= 400 && named.get('raise_error') !== false) return Dict.of([['status', status], ['error', `HTTP ${status}: ${reason}`], ['body', body]]);
  result.set('body', body);
  if (wants('status')) result.set('status', status);
  if (wants('headers')) result.set('headers', Dict.of(Object.entries(headers).map(([name, value]) => [name, strOf(Array.isArray(value) ? value.join(',') : value ?? '')] as const)));
  if (wants('decode')) result.set(...decoded(body, strOf(named.get('decode_type') ?? 'auto'), headers['content-type'] ?? ''));
  if (wants('text')) result.set('text', body);
  return result;
}

const PARAMETERS = [
  'url', 'method', 'params', 'data', 'header_dict', 'header_list', 'username', 'password', 'decode', 'decode_type', 'status', 'headers', 'text',
  'verify_ssl', 'ca_bundle', 'raise_error', 'test', 'test_url',
] as const;
/** Parameters stand behind the address in this order. Missing ones are told from None. */
const ABSENT: Data = new Dict();

export const SALT_HTTP_FILTERS: readonly Operation[] = [
  operation('http_query', ['url', ...PARAMETERS.slice(1).map((name) => [name, ABSENT] as const)], (values) => {
    const named = new Map<string, Data>();
    for (const [at, name] of PARAMETERS.entries()) if (at > 0 && values[at] !== undefined && values[at] !== ABSENT) named.set(name, values[at]);
    return httpQuery(needText(values[0] ?? null), named);
  }, { waits: true, pythonName: 'query' }),
];
