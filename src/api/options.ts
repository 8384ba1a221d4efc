/** The options `rest_cherrypy` of the master's configuration. Names are Salt's; ours among them are `tls_client_ca`, `rate_limit`, `max_connections`, `max_streams`. */
import { ConfigError } from '../kernel/config/config-error.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../kernel/std/value.js';

export interface ApiOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsFiles | undefined;
  readonly isDebug: boolean;
  /** First part of the path of web hooks. */
  readonly webhook: string;
  readonly webhookIsOpen: boolean;
  readonly app: string | undefined;
  readonly appPath: string;
  readonly static: string | undefined;
  readonly staticPath: string;
  readonly favicon: string | undefined;
  readonly corsOrigins: readonly string[];
  readonly bodyBytesMax: number;
  readonly connectionsMax: number;
  readonly streamsMax: number;
  readonly requestsPerSecond: number;
  readonly hasSessions: boolean;
  readonly collectsStats: boolean;
  readonly statsAreOpen: boolean;
  /** Users and the addresses they may log in from; undefined: from everywhere. */
  readonly apiAcl: Readonly<Record<string, readonly string[]>> | undefined;
  readonly addresses: readonly string[] | undefined;
  readonly clients: readonly string[];
  readonly allowsRawShell: boolean;
  readonly restTimeoutMs: number;
  readonly logAccessFile: string | undefined;
  readonly logErrorFile: string | undefined;
}

export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  readonly chain: string | undefined;
  /** Clients have to show a certificate of this authority. */
  readonly clientCa: string | undefined;
}

const PORT = 8000;
const BODY_BYTES = 1_048_576;
const REST_TIMEOUT_SECONDS = 300;

/** @throws ConfigError */
export function readApiOptions(opts: Readonly<PlainMap>): ApiOptions {
  const api = isPlainMap(opts['rest_cherrypy']) ? opts['rest_cherrypy'] : {};
  const path = (name: string): string | undefined => (typeof api[name] === 'string' && api[name] !== '' ? api[name] : undefined);
  const place = (name: string, usual: string): string => (path(name) ?? usual).replace(/^\/+|\/+$/g, '');
  const acl = isPlainMap(api['api_acl']) ? api['api_acl']['users'] : undefined;
  return {
    host: path('host') ?? '0.0.0.0', port: count(api, 'port', PORT), tls: tlsFiles(api), isDebug: isTruthy(api['debug']),
    webhook: place('webhook_url', 'hook'), webhookIsOpen: isTruthy(api['webhook_disable_auth']),
    app: path('app'), appPath: place('app_path', 'app'), static: path('static'), staticPath: place('static_path', 'static'), favicon: path('favicon'),
    corsOrigins: texts(api['cors_origin']), bodyBytesMax: count(api, 'max_request_body_size', BODY_BYTES),
    connectionsMax: count(api, 'max_connections', 20_000), streamsMax: count(api, 'max_streams', 15_000), requestsPerSecond: count(api, 'rate_limit', 2000),
    hasSessions: api['enable_sessions'] !== false, collectsStats: isTruthy(api['collect_stats']), statsAreOpen: isTruthy(api['stats_disable_auth']),
    apiAcl: isPlainMap(acl) ? textMap(acl) : undefined, addresses: isTruthy(api['authorized_ips']) ? texts(api['authorized_ips']) : undefined,
    clients: texts(opts['netapi_enable_clients']), allowsRawShell: opts['netapi_allow_raw_shell'] === true,
    restTimeoutMs: count(opts, 'rest_timeout', REST_TIMEOUT_SECONDS) * 1000,
    logAccessFile: path('log_access_file'), logErrorFile: path('log_error_file'),
  };
}

function tlsFiles(api: PlainMap): TlsFiles | undefined {
  if (isTruthy(api['disable_ssl'])) return undefined;
  const [certificate, key] = [api['ssl_crt'], api['ssl_key']];
  if (typeof certificate !== 'string' || typeof key !== 'string') {
    throw new ConfigError('rest_cherrypy: ssl_crt and ssl_key are required unless disable_ssl is True; tsalt-call --local tls.create_self_signed_cert makes both');
  }
  const optional = (name: string): string | undefined => (typeof api[name] === 'string' ? api[name] : undefined);
  return { certificate, key, chain: optional('ssl_chain'), clientCa: optional('tls_client_ca') };
}

function count(options: Readonly<PlainMap>, name: string, usual: number): number {
  const value = options[name] ?? usual;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw new ConfigError(`rest_cherrypy: ${name} is not a whole number`);
}

const texts = (value: Value | undefined): string[] => (isList(value) ? value.map(String) : typeof value === 'string' && value !== '' ? [value] : []);

const textMap = (map: PlainMap): Record<string, readonly string[]> => Object.fromEntries(Object.entries(map).map(([name, list]) => [name, texts(list)]));
