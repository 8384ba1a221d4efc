/**
 * `http.query` of modules and runners: a request described by Salt's options, and its answer as Salt gives it.
 *
 * Source: read and observed, Salt 3008.3 `salt.utils.http.query`. Differs: one client whatever `backend` says, with the failures of the
 * one that is named; cookies are also sent (Salt's usual backend only stores them); `auth`, `formdata` and `test_url` work with every
 * backend; `handle` is a text, as the object of Python would be on its way.
 */
import { existsSync } from 'node:fs';
import { CommandExecutionError } from '../../contract/errors.js';
import type { Context } from '../../contract/context.js';
import { repr, str } from '../../std/python-text.js';
import { XmlError } from '../../std/xml.js';
import { isList, isMap, isTruthy, type PlainMap, type Value } from '../../std/value.js';
import { loadYaml } from '../../yaml/load.js';
import { readJson } from '../../yaml/read-json.js';
import { bodyOf, certificate, formOf, headersFrom, proxyFor, withoutSecrets, withParams } from './asked.js';
import { CLOSED, failedAnswer, noAnswer, type Backend } from './failed.js';
import { openKept } from './kept.js';
import { httpFetch, type HttpAnswer } from './request.js';
import { xmlDict } from './xml-dict.js';

const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/pki/tls/certs/ca-bundle.trust.crt', '/etc/ssl/certs/ca-bundle.crt',
  '/var/lib/ca-certificates/ca-bundle.pem', '/etc/ssl/cert.pem',
];
const BYTES_MAX = 256 * 1024 * 1024;
const DECODES = ['json', 'xml', 'yaml', 'plain'];
/** Seconds, as Salt's options have them. */
const CONNECT_TIMEOUT = 20;
const REQUEST_TIMEOUT = 3600;

/** @throws InvocationError, CommandExecutionError for options that cannot be served, and where the named backend throws */
export async function httpQuery(url: string, given: Readonly<PlainMap>, ctx: Context): Promise<PlainMap> {
  const own = given['opts'];
  const opts: PlainMap = { ...ctx.opts, ...(own !== undefined && isMap(own) ? own as PlainMap : {}) };
  const options: PlainMap = { ...Object.fromEntries(Object.entries(given).filter(([name]) => !name.startsWith('__'))), method: str(given['method'] ?? 'GET') };
  const test = options['test'] === true;
  if (test && !isTruthy(options['test_url'] ?? null)) return {};
  const ret: PlainMap = test ? { test: true } : {};
  const target = withParams(test ? str(options['test_url'] ?? '') : url, options['params'] ?? null);
  const proxy = proxyFor(target, opts);
  const backend = proxy === undefined ? backendOf(options['backend'] ?? opts['backend']) : 'requests';
  if (isTruthy(options['formdata'] ?? null) && !isTruthy(options['formdata_fieldname'] ?? null)) return { ...ret, error: 'formdata_fieldname is required when formdata=True' };
  const kept = await openKept(options, opts, ctx);
  const form = formOf(options);
  const body = form?.body ?? await bodyOf(options, ctx);
  const headers = { ...await headersFrom(options, kept.headers, ctx), ...(form === undefined ? {} : { 'Content-Type': form.type }) };
  ctx.log.debug({ method: options['method'], url: withoutSecrets(target, options['hide_fields'] ?? null) }, 'http request');
  const [certFile, keyFile] = certificate(options['cert'] ?? opts['cert'] ?? null);
  const failing = { backend, url: target, status: options['status'] === true };
  let answer: HttpAnswer;
  try {
    answer = await httpFetch({
      method: str(options['method'] ?? 'GET'), url: target, headers, body, verify: isTruthy(options['verify_ssl'] ?? opts['verify_ssl'] ?? true),
      caFile: caBundle(options['ca_bundle'], opts), certFile, keyFile, timeoutMs: seconds(opts['http_request_timeout'], REQUEST_TIMEOUT),
      connectTimeoutMs: seconds(opts['http_connect_timeout'], CONNECT_TIMEOUT), jar: kept.jar, proxy,
      bytesMax: Math.min(BYTES_MAX, Number(opts['http_max_body'] ?? BYTES_MAX)), signal: ctx.signal,
    });
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (error instanceof TypeError) throw error;
    return noAnswer(error, ret, failing);
  }
  const text = textOf(answer, options);
  if (answer.status >= 400 && (options['raise_error'] !== false || backend !== 'tornado')) return failedAnswer(answer, text, ret, failing);
  if (options['stream'] === true || options['handle'] === true) return handled(answer, options, backend);
  if (backend === 'tornado' && [options['streaming_callback'], options['header_callback']].some((one) => isTruthy(one ?? null))) return { ...CLOSED };
  await kept.save(answer);
  return finish({ ...ret, body: text }, answer, text, options, ctx);
}

const seconds = (value: Value | undefined, otherwise: number): number => Number(value ?? otherwise) * 1000;

/** Any other name stands for the usual one. */
const backendOf = (name: Value | undefined): Backend => (name === 'requests' || name === 'urllib2' ? name : 'tornado');

/** The answer as it came, undecoded. A function to hand it to cannot come over the bus. */
function handled({ status, reason, body, url }: HttpAnswer, options: PlainMap, backend: Backend): PlainMap {
  if (backend === 'urllib2') throw new CommandExecutionError("'HTTPResponse' object has no attribute 'content'");
  if (backend === 'requests' && options['stream'] === true) {
    throw new CommandExecutionError(`'${isTruthy(options['header_callback'] ?? null) ? 'str' : 'NoneType'}' object is not callable`);
  }
  return { handle: backend === 'requests' ? `<Response [${status}]>` : `HTTPResponse(code=${status},effective_url=${repr(url)},reason=${repr(reason)})`, body };
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
    if (type === 'plain') wantsText = true;
    else all['dict'] = decoded(type, str(text));
    if (typeof options['decode_out'] === 'string') await ctx.sys.writeFile(options['decode_out'], bytes);
  }
  if (wantsText) all['text'] = text;
  return all;
}

function decodeType(asked: string, contentType: string): string {
  if (asked !== 'auto') return asked;
  return ['xml', 'json', 'yaml'].find((name) => contentType.includes(name)) ?? 'plain';
}

function decoded(type: string, text: string): Value {
  if (type === 'json') return readJson(text);
  if (type === 'yaml') return loadYaml(text);
  try {
    return xmlDict(text);
  } catch (cause) {
    if (!(cause instanceof XmlError)) throw cause;
    throw new CommandExecutionError(`not well-formed: ${cause.message}`, { cause });
  }
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

/** The file of trusted certificates: that of the call, of the options, of the system. Source: read, Salt 3008.3. */
export function caBundle(asked: Value | undefined, opts: Readonly<PlainMap>): string | undefined {
  return [asked, opts['ca_bundle'], ...BUNDLES].filter((path) => typeof path === 'string').find((path) => existsSync(path));
}

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
