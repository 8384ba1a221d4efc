/**
 * `http.query` of modules and runners: a request described by Salt's options, and its answer as Salt gives it.
 *
 * Source: read, Salt 3008.3 `salt.utils.http.query` (backend tornado). Differs: one client whatever `backend` says; `stream` and `handle`
 * would give objects of Python, `cookies` and `persist_session` keep cookies in files of Python's own form, `decode_type=xml` reads XML:
 * these are refused.
 */
import { existsSync } from 'node:fs';
import { InvocationError } from '../../contract/errors.js';
import type { Context } from '../../contract/context.js';
import { isOsError, osErrorText } from '../../std/os-error.js';
import { repr, str } from '../../std/python-text.js';
import { SALT_VERSION } from '../../std/version.js';
import { isList, isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../std/value.js';
import { loadYaml } from '../../yaml/load.js';
import { readJson } from '../../yaml/read-json.js';
import { httpFetch, HttpTimeoutError, type HttpAnswer } from './request.js';

const REFUSED = ['stream', 'handle', 'streaming_callback', 'header_callback', 'cookies', 'persist_session'] as const;
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/pki/tls/certs/ca-bundle.trust.crt', '/etc/ssl/certs/ca-bundle.crt',
  '/var/lib/ca-certificates/ca-bundle.pem', '/etc/ssl/cert.pem',
];
const BYTES_MAX = 256 * 1024 * 1024;
const DECODES = ['json', 'xml', 'yaml', 'plain'];
const TIMEOUT_STATUS = 599;

/** @throws InvocationError for options that cannot be served */
export async function httpQuery(url: string, given: Readonly<PlainMap>, ctx: Context): Promise<PlainMap> {
  const own = given['opts'];
  const opts: PlainMap = { ...ctx.opts, ...(own !== undefined && isMap(own) ? own as PlainMap : {}) };
  for (const name of REFUSED) if (isTruthy(given[name] ?? null)) throw new InvocationError(`http.query has no option ${name} here`);
  const options: PlainMap = Object.fromEntries(Object.entries(given).filter(([name]) => !name.startsWith('__')));
  const test = options['test'] === true;
  if (test && !isTruthy(options['test_url'] ?? null)) return {};
  const ret: PlainMap = test ? { test: true } : {};
  const target = withParams(test ? str(options['test_url'] ?? '') : url, options['params'] ?? null);
  const form = formOf(options);
  const body = form?.body ?? await bodyOf(options, ctx);
  const headers = { ...await headersFrom(options, ctx), ...(form === undefined ? {} : { 'Content-Type': form.type }) };
  ctx.log.debug({ method: str(options['method'] ?? 'GET'), url: withoutSecrets(target, options['hide_fields'] ?? null) }, 'http request');
  const [certFile, keyFile] = certificate(options['cert'] ?? opts['cert'] ?? null);
  let answer: HttpAnswer;
  try {
    answer = await httpFetch({
      method: str(options['method'] ?? 'GET'), url: target, headers, body, verify: isTruthy(options['verify_ssl'] ?? opts['verify_ssl'] ?? true),
      caFile: caBundle(options['ca_bundle'], opts), certFile, keyFile, timeoutMs: Number(opts['http_request_timeout'] ?? 3600) * 1000,
      bytesMax: Math.min(BYTES_MAX, Number(opts['http_max_body'] ?? BYTES_MAX)), signal: ctx.signal,
    });
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (error instanceof HttpTimeoutError) return { ...ret, status: TIMEOUT_STATUS, error: `HTTP ${TIMEOUT_STATUS}: Timeout during request` };
    const text = isOsError(error) ? osErrorText(error) : error instanceof Error ? error.message : String(error);
    return { ...ret, ...(options['status'] === true ? { status: 0 } : {}), error: text };
  }
  const text = textOf(answer, options);
  if (answer.status >= 400 && options['raise_error'] !== false) {
    return { ...ret, status: answer.status, error: `HTTP ${answer.status}: ${answer.reason}`, body: text };
  }
  return finish({ ...ret, body: text }, answer, text, options, ctx);
}

/** What was asked for of the answer, in Salt's order. */
async function finish(ret: PlainMap, answer: HttpAnswer, text: Value, options: PlainMap, ctx: Context): Promise<PlainMap> {
  const all: PlainMap = { ...ret };
  const bytes = typeof text === 'string' ? text : answer.body;
  if (typeof options['text_out'] === 'string') await ctx.sys.writeFile(options['text_out'], bytes);
  // Salt writes headers only into a file that is there.
  if (typeof options['headers_out'] === 'string' && await ctx.sys.exists(options['headers_out'])) {
    await ctx.sys.writeFile(options['headers_out'], Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}\n`).join(''));
  }
  if (options['status'] === true) all['status'] = answer.status;
  if (options['headers'] === true) all['headers'] = { ...answer.headers };
  let wantsText = options['text'] === true;
  if (options['decode'] === true) {
    const type = decodeType(str(options['decode_type'] ?? 'auto'), answer.headers['Content-Type'] ?? 'application/json');
    if (!DECODES.includes(type)) return { ...all, error: `Invalid decode_type specified. Valid decode types are: (${DECODES.map((name) => repr(name)).join(', ')})` };
    if (type === 'xml') throw new InvocationError('http.query does not decode XML here: take text=True');
    if (type === 'json') all['dict'] = readJson(str(text));
    else if (type === 'yaml') all['dict'] = loadYaml(str(text));
    else wantsText = true;
    if (typeof options['decode_out'] === 'string') await ctx.sys.writeFile(options['decode_out'], bytes);
  }
  if (wantsText) all['text'] = text;
  return all;
}

function decodeType(asked: string, contentType: string): string {
  if (asked !== 'auto') return asked;
  return ['xml', 'json', 'yaml'].find((name) => contentType.includes(name)) ?? 'plain';
}

/** Bytes that are no text of the named character set stay bytes. */
function textOf({ body, headers }: HttpAnswer, { decode_body: wanted = true }: PlainMap): Value {
  const type = headers['Content-Type'] ?? '';
  const charset = type.startsWith('text/') ? /charset="?([\w-]+)/i.exec(type)?.[1] : undefined;
  if (!isTruthy(wanted) && charset === undefined) return body;
  try {
    return new TextDecoder(charset ?? 'utf-8', { fatal: true }).decode(body);
  } catch (error) {
    if (!(error instanceof TypeError) && !(error instanceof RangeError)) throw error;
    return body;
  }
}

function withParams(url: string, params: Value): string {
  if (!isTruthy(params)) return url;
  const query = isMap(params) ? encoded(params) : str(params);
  return `${url}${url.includes('?') ? '&' : '?'}${query}`;
}

const encoded = (map: Value): string => (isMap(map) ? new URLSearchParams(mapEntries(map).map(([key, value]): [string, string] => [str(key), str(value)])).toString() : '');

async function bodyOf(options: PlainMap, ctx: Context): Promise<string | Uint8Array | undefined> {
  const data = typeof options['data_file'] === 'string' ? await template(options['data_file'], 'data', options, ctx) : options['data'] ?? null;
  if (data === null) return undefined;
  if (isMap(data)) return encoded(data);
  return data instanceof Uint8Array ? data : str(data);
}

/** A part of a form with one file in it. */
function formOf(options: PlainMap): { body: string; type: string } | undefined {
  if (!isTruthy(options['formdata'] ?? false)) return undefined;
  const field = options['formdata_fieldname'];
  if (typeof field !== 'string' || field === '') throw new InvocationError('formdata_fieldname is required when formdata=True');
  const quoted = (name: string): string => name.replaceAll(/["\r\n]/g, '_');
  const file = typeof options['formdata_filename'] === 'string' ? `; filename="${quoted(options['formdata_filename'])}"` : '';
  const boundary = `tsalt-${process.hrtime.bigint().toString(36)}`;
  const body = `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(field)}"${file}\r\n\r\n${str(options['data'] ?? '')}\r\n--${boundary}--\r\n`;
  return { body, type: `multipart/form-data; boundary=${boundary}` };
}

async function headersFrom(options: PlainMap, ctx: Context): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  const take = (map: Value | undefined): void => {
    if (map !== undefined && isMap(map)) for (const [name, value] of mapEntries(map)) headers[str(name)] = str(value);
  };
  take(options['header_dict']);
  let list = isList(options['header_list']) ? options['header_list'].map(str) : [];
  if (typeof options['header_file'] === 'string') {
    const found = await template(options['header_file'], 'header', options, ctx);
    if (isMap(found)) take(found);
    else list = str(found).split('\n');
  }
  for (const line of list) {
    const [name = '', value] = line.split(':', 2);
    if (value !== undefined) headers[name.trim()] = value.trim();
  }
  const auth = isList(options['auth']) ? options['auth'].map(str) : [options['username'], options['password']].filter(isTruthyText);
  if (auth.length === 2) headers['Authorization'] = `Basic ${Buffer.from(auth.join(':')).toString('base64')}`;
  headers['User-agent'] = typeof options['agent'] === 'string' ? options['agent'] : `Salt/${SALT_VERSION} http.query()`;
  if (options['formdata'] !== true && isMap(options['data'] ?? null) && !Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')) {
    headers['Content-Type'] = 'application/x-www-form-urlencoded';
  }
  return headers;
}

/** A file of this host, rendered when that is wanted. */
async function template(path: string, kind: 'data' | 'header', options: PlainMap, ctx: Context): Promise<Value> {
  const text = await ctx.sys.readText(path);
  if (text === undefined) throw new InvocationError(`${kind}_file ${path} is not there`);
  if (!isTruthy(options[`${kind}_render`] ?? false)) return text;
  const engine = str(options[`${kind}_renderer`] ?? 'jinja').split('|')[0] ?? 'jinja';
  const variables = options['template_dict'];
  return ctx.port('render').template(text, engine, { saltenv: 'base', variables: variables !== undefined && isMap(variables) ? variables as PlainMap : {}, path });
}

function certificate(cert: Value): [string | undefined, string | undefined] {
  if (typeof cert === 'string') return [existsSync(cert) ? cert : undefined, undefined];
  const [file, key] = isList(cert) ? cert.map(str) : [];
  return file !== undefined && key !== undefined && existsSync(file) && existsSync(key) ? [file, key] : [undefined, undefined];
}

/** The file of trusted certificates: that of the call, of the options, of the system. Source: read, Salt 3008.3. */
export function caBundle(asked: Value | undefined, opts: Readonly<PlainMap>): string | undefined {
  return [asked, opts['ca_bundle'], ...BUNDLES].filter((path) => typeof path === 'string').find((path) => existsSync(path));
}

function withoutSecrets(url: string, fields: Value): string {
  const hidden = isList(fields) ? fields.map(str) : [];
  const [base = '', query] = url.split('?', 2);
  if (query === undefined) return base;
  return `${base}?${query.split('&').map((pair) => (hidden.includes(pair.split('=', 1)[0] ?? '') ? `${pair.split('=', 1)[0] ?? ''}=XXXXXXXXXX` : pair)).join('&')}`;
}

const isTruthyText = (value: Value | undefined): value is string => typeof value === 'string' && value !== '';

/** Fetches the list of trusted certificates, and adds further ones to its end. */
export async function updateCaBundle(given: { target: Value; source: Value; mergeFiles: Value }, ctx: Context): Promise<null> {
  const target = typeof given.target === 'string' ? given.target : caBundle(undefined, ctx.opts);
  if (target === undefined) {
    ctx.log.error({}, 'Unable to detect location to write CA bundle to');
    return null;
  }
  const source = str(given.source ?? ctx.opts['ca_bundle_url'] ?? 'http://curl.haxx.se/ca/cacert.pem');
  await httpQuery(source, { text: true, text_out: target }, ctx);
  const files = typeof given.mergeFiles === 'string' ? [given.mergeFiles] : isList(given.mergeFiles) ? given.mergeFiles.map(str) : [];
  const texts = await Promise.all(files.map((path) => ctx.sys.readText(path)));
  const more = texts.filter((text) => text !== undefined).map((text) => `\n${text}`).join('');
  if (more !== '') await ctx.sys.fs.appendFile(target, `\n${more}`);
  return null;
}
