/** What `http.query` sends: address, headers, data, out of Salt's options. Source: read and observed, Salt 3008.3. */
import { existsSync } from 'node:fs';
import { InvocationError } from '../../contract/errors.js';
import type { Context } from '../../contract/context.js';
import { str } from '../../std/python-text.js';
import { SALT_VERSION } from '../../std/version.js';
import { isList, isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../std/value.js';
import type { HttpProxy } from './proxy.js';

export function withParams(url: string, params: Value): string {
  if (!isTruthy(params)) return url;
  const query = isMap(params) ? encoded(mapEntries(params)) : isList(params) ? encoded(params.map((pair) => (isList(pair) ? [...pair] : [pair]))) : str(params);
  return `${url}${url.includes('?') ? '&' : '?'}${query}`;
}

const encoded = (pairs: readonly (readonly Value[])[]): string =>
  new URLSearchParams(pairs.map(([key = null, value = null]): [string, string] => [str(key), str(value)])).toString();

export async function bodyOf(options: PlainMap, ctx: Context): Promise<string | Uint8Array | undefined> {
  const data = typeof options['data_file'] === 'string' ? await template(options['data_file'], 'data', options, ctx) : options['data'] ?? null;
  if (data === null) return undefined;
  if (isMap(data)) return encoded(mapEntries(data));
  return data instanceof Uint8Array ? data : str(data);
}

/** A part of a form with one file in it. */
export function formOf(options: PlainMap): { body: string; type: string } | undefined {
  const field = options['formdata_fieldname'];
  if (!isTruthy(options['formdata'] ?? false) || typeof field !== 'string') return undefined;
  const quoted = (name: string): string => name.replaceAll(/["\r\n]/g, '_');
  const file = typeof options['formdata_filename'] === 'string' ? `; filename="${quoted(options['formdata_filename'])}"` : '';
  const boundary = `tsalt-${process.hrtime.bigint().toString(36)}`;
  const body = `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(field)}"${file}\r\n\r\n${str(options['data'] ?? '')}\r\n--${boundary}--\r\n`;
  return { body, type: `multipart/form-data; boundary=${boundary}` };
}

/** `session`: headers that an earlier call has left. */
export async function headersFrom(options: PlainMap, session: Readonly<Record<string, string>>, ctx: Context): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  const take = (map: Value | undefined): void => {
    if (map !== undefined && isMap(map)) for (const [name, value] of mapEntries(map)) headers[str(name)] = str(value);
  };
  let list = isList(options['header_list']) ? options['header_list'].map(str) : [];
  if (typeof options['header_file'] === 'string') {
    const found = await template(options['header_file'], 'header', options, ctx);
    if (isMap(found)) take(found);
    else list = str(found).split('\n');
  }
  if (Object.keys(headers).length === 0) take(options['header_dict']);
  Object.assign(headers, session);
  for (const line of list) {
    // Salt reads up to the next colon.
    const [name = '', value] = line.split(':', 2);
    if (value !== undefined) headers[name.trim()] = value.trim();
  }
  const auth = isList(options['auth']) ? options['auth'].map(str) : [options['username'], options['password']].filter(isTruthyText);
  if (auth.length === 2) headers['Authorization'] = `Basic ${Buffer.from(auth.join(':')).toString('base64')}`;
  headers['User-agent'] = typeof options['agent'] === 'string' ? options['agent'] : `Salt/${SALT_VERSION} http.query()`;
  if (options['method'] === 'POST' && options['formdata'] !== true && !Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')) {
    headers['Content-Type'] = 'application/x-www-form-urlencoded';
  }
  return headers;
}

/** A file of this host, rendered when that is wanted. */
async function template(path: string, kind: 'data' | 'header', options: PlainMap, ctx: Context): Promise<Value> {
  const text = await ctx.sys.readText(path);
  if (text === undefined) throw new InvocationError(`[Errno 2] No such file or directory: '${path}'`);
  if (!isTruthy(options[`${kind}_render`] ?? false)) return text;
  const engine = str(options[`${kind}_renderer`] ?? 'jinja').split('|')[0] ?? 'jinja';
  const variables = options['template_dict'];
  return ctx.port('render').template(text, engine, { saltenv: 'base', variables: variables !== undefined && isMap(variables) ? variables as PlainMap : {}, path });
}

export function certificate(cert: Value): [string | undefined, string | undefined] {
  if (typeof cert === 'string') return [existsSync(cert) ? cert : undefined, undefined];
  const [file, key] = isList(cert) ? cert.map(str) : [];
  return file !== undefined && key !== undefined && existsSync(file) && existsSync(key) ? [file, key] : [undefined, undefined];
}

/** The proxy of the options, but for hosts that are excepted. */
export function proxyFor(url: string, { proxy_host: host, proxy_port: port, proxy_username: username, proxy_password: password, no_proxy: except = null }: Readonly<PlainMap>): HttpProxy | undefined {
  if (typeof host !== 'string' || host === '' || !isTruthy(port ?? null)) return undefined;
  const { hostname } = URL.canParse(url) ? new URL(url) : { hostname: '' };
  if (isList(except) && except.map(str).includes(hostname)) return undefined;
  return isTruthyText(username) && isTruthyText(password) ? { host, port: Number(port), username, password } : { host, port: Number(port) };
}

export function withoutSecrets(url: string, fields: Value): string {
  const hidden = isList(fields) ? fields.map(str) : [];
  const [base = '', query] = url.split('?', 2);
  if (query === undefined) return base;
  return `${base}?${query.split('&').map((pair) => (hidden.includes(pair.split('=', 1)[0] ?? '') ? `${pair.split('=', 1)[0] ?? ''}=XXXXXXXXXX` : pair)).join('&')}`;
}

const isTruthyText = (value: Value | undefined): value is string => typeof value === 'string' && value !== '';
