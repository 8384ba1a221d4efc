/**
 * Requests of returners over HTTP. An answer that is no success is an error, so that the result is given again; the address, which may
 * hold a secret, is never in its text.
 */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import type { ReturnerContext } from '../../../kernel/contract/returner.js';
import { asError } from '../../../kernel/std/async.js';
import { caBundle } from '../../../kernel/sys/http/query.js';
import { httpFetch, type HttpAnswer } from '../../../kernel/sys/http/request.js';
import { textOption } from '../shared/options.js';

const TIMEOUT_MS = 20_000;
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
const SHOWN_CHARS = 200;

export interface WebCall {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs?: number;
  readonly verify?: boolean;
  /** Paths of PEM files. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Further states that are no error, besides 2xx. */
  readonly also?: readonly number[];
}

/** @throws CommandExecutionError for no answer, and for one that is no success; `what` names the service */
export async function webCall(what: string, call: WebCall, ctx: ReturnerContext): Promise<HttpAnswer> {
  const answer = await fetched(what, call, ctx);
  if ((answer.status >= 200 && answer.status < 300) || call.also?.includes(answer.status) === true) return answer;
  throw new CommandExecutionError(`${what} answers ${answer.status} ${answer.reason}: ${shown(answer.body)}`.trim());
}

async function fetched(what: string, call: WebCall, ctx: ReturnerContext): Promise<HttpAnswer> {
  const { url, method = 'POST', headers = {}, body, timeoutMs = TIMEOUT_MS, verify = true, cert, key } = call;
  if (!isWebAddress(url)) throw new CommandExecutionError(`The address of ${what} is none of http or https`);
  try {
    // An answer that sends elsewhere is none: signatures and passwords are for this server.
    return await httpFetch({
      url, method, headers, body, verify, caFile: caBundle(call.ca, ctx.opts), certFile: cert, keyFile: key,
      timeoutMs, bytesMax: ANSWER_BYTES_MAX, redirectsMax: 0, signal: ctx.signal,
    });
  } catch (cause) {
    throw new CommandExecutionError(`${what} cannot be reached: ${asError(cause).message}`, { cause });
  }
}

function isWebAddress(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

export const shown = (body: Uint8Array): string => Buffer.from(body).toString('utf8').replace(/\s+/g, ' ').trim().slice(0, SHOWN_CHARS);

/** The header that says who we are; nothing without a user. */
export function basicLogin(user: string | undefined, password: string | undefined): Record<string, string> {
  return user === undefined ? {} : { Authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`, 'utf8').toString('base64')}` };
}

/** The options by which an https server is trusted: `verify_ssl`, `ca_bundle`, `cert`, `key`. */
export function trustOptions(options: ReturnerContext['options']): Pick<WebCall, 'verify' | 'ca' | 'cert' | 'key'> {
  return { verify: options['verify_ssl'] !== false, ca: textOption(options, 'ca_bundle'), cert: textOption(options, 'cert'), key: textOption(options, 'key') };
}

/** Their declarations. */
export const TRUST_OPTIONS = {
  verify_ssl: { doc: 'false: any certificate of the server will do', default: true },
  ca_bundle: { doc: 'a file of trusted certificates' },
  cert: { doc: 'a file: our certificate' },
  key: { doc: 'a file: its key' },
} as const;
