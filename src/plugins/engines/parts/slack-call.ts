/** One question to Slack's Web API. Source: documentation of Slack. */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { sleep } from '../../../kernel/std/async.js';
import { isMap, type PlainMap } from '../../../kernel/std/value.js';
import { httpFetch } from '../../../kernel/sys/http/request.js';
import { readJson } from '../../../kernel/yaml/read-json.js';
import { NeverError } from './forward.js';

export const SLACK_API = 'https://slack.com/api';
const ANSWER_MS = 30_000;
const ANSWER_BYTES_MAX = 1024 * 1024;
const RETRY_SECONDS_MAX = 60;
/** Answers that may be others when the same is asked again. */
const PASSING: ReadonlySet<string> = new Set(['ratelimited', 'internal_error', 'fatal_error', 'service_unavailable', 'request_timeout']);

export interface SlackDoor {
  readonly api: string;
  readonly token: string;
  readonly signal: AbortSignal;
}

/** @throws NeverError when it is of no use to ask again, CommandExecutionError when it may be */
export async function askSlack({ api, token, signal }: SlackDoor, method: string, body: PlainMap): Promise<PlainMap> {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json; charset=utf-8' };
  const { status, headers: given, body: text } = await httpFetch({
    method: 'POST', url: `${api.replace(/\/$/, '')}/${method}`, headers, body: JSON.stringify(body), verify: true, timeoutMs: ANSWER_MS, bytesMax: ANSWER_BYTES_MAX, signal,
  });
  if (status === 429) await sleep(Math.min(RETRY_SECONDS_MAX, Number(given['Retry-After'] ?? 1)) * 1000, signal);
  if (status !== 200) throw new CommandExecutionError(`Slack answered ${status}`);
  const answer = readJson(text.toString('utf8'));
  const map = (isMap(answer) ? answer : {}) as PlainMap;
  if (map['ok'] === true) return map;
  const error = String(map['error']);
  throw PASSING.has(error) ? new CommandExecutionError(`Slack answered ${error}`) : new NeverError(`Slack answered ${error}`);
}

/** As Slack asks: these three would be markup. */
export const plainText = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
