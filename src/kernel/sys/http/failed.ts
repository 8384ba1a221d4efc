/** How `http.query` tells failures, by the library of Python that is named as `backend`. Source: observed, Salt 3008.3. */
import { CommandExecutionError } from '../../contract/errors.js';
import { isOsError, osErrorText } from '../../std/os-error.js';
import type { PlainMap, Value } from '../../std/value.js';
import { HttpTimeoutError, type HttpAnswer } from './request.js';

export type Backend = 'tornado' | 'requests' | 'urllib2';

const TIMEOUT_STATUS = 599;

/** Texts of Python for what is wrong with a certificate, by Node's code. */
const CERTIFICATES: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'self-signed certificate in certificate chain',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unable to get local issuer certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unable to get local issuer certificate',
  CERT_HAS_EXPIRED: 'certificate has expired',
};

/** There is no answer. @throws CommandExecutionError for `requests`, which throws */
export function noAnswer(error: unknown, ret: PlainMap, { backend, url, status }: { backend: Backend; url: string; status: boolean }): PlainMap {
  if (error instanceof HttpTimeoutError && backend === 'tornado') return { ...ret, status: TIMEOUT_STATUS, error: `HTTP ${TIMEOUT_STATUS}: ${error.message}` };
  const text = textOf(error);
  if (backend === 'urllib2') return { Error: `<urlopen error ${text}>` };
  if (backend === 'requests') throw new CommandExecutionError(requestsText(url, text), { cause: error });
  return { ...ret, ...(status ? { status: 0 } : {}), error: text };
}

/** The answer is that it failed. @throws CommandExecutionError */
export function failedAnswer({ status, reason }: HttpAnswer, body: Value, ret: PlainMap, { backend, url }: { backend: Backend; url: string }): PlainMap {
  if (backend === 'urllib2') return { Error: `HTTP Error ${status}: ${reason}` };
  if (backend === 'requests') throw new CommandExecutionError(`${status} ${status < 500 ? 'Client' : 'Server'} Error: ${reason} for url: ${url}`);
  return { ...ret, status, error: `HTTP ${status}: ${reason}`, body };
}

/** What a program that hands in a text for a function gets. */
export const CLOSED = { status: TIMEOUT_STATUS, error: 'Connection closed' };

function textOf(error: unknown): string {
  if (isOsError(error)) return osErrorText(error);
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const certificate = code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? error.message : CERTIFICATES[code];
  if (certificate !== undefined) return `[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: ${certificate}`;
  const reason = /SSL routines:[^:]*:([^:]+)/.exec(error.message)?.[1]?.trim();
  return reason === undefined ? error.message : `[SSL: ${reason.toUpperCase().replaceAll(' ', '_')}] ${reason}`;
}

function requestsText(url: string, text: string): string {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const [kind, own] = protocol === 'https:' ? ['HTTPS', '443'] : ['HTTP', '80'];
  const place = `(host='${hostname}', port=${port === '' ? own : port})`;
  return `${kind}ConnectionPool${place}: Max retries exceeded with url: ${pathname}${search} (Caused by NewConnectionError("${kind}Connection${place}: Failed to establish a new connection: ${text}"))`;
}
