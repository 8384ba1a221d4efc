/**
 * Posts events to a Slack channel. Commands from Slack to Salt (Socket Mode) are not taken: that half of Salt's engine needs a lasting
 * WebSocket to Slack and hands out power over the fleet to whoever may write there.
 *
 * Source: documentation of Slack, `chat.postMessage`.
 */
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineEngine } from '../../kernel/contract/plugin.js';
import { isMap, type PlainMap } from '../../kernel/std/value.js';
import { sleep } from '../../kernel/std/async.js';
import { httpFetch, type HttpAnswer } from '../../kernel/sys/http/request.js';
import { readJson } from '../../kernel/yaml/read-json.js';
import { eventJson } from './parts/event-json.js';
import { forwardEvents, NeverError, type HeardEvent } from './parts/forward.js';

const ANSWER_MS = 30_000;
const ANSWER_BYTES_MAX = 1024 * 1024;
/** Slack shows less than 40,000 characters of a message; one screen is enough. */
const TEXT_CHARS_MAX = 3000;
const RETRY_SECONDS_MAX = 60;
/** Answers that will be the same when the event is sent again. */
const isPassing = (error: string): boolean => ['ratelimited', 'internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'].includes(error);

function textOf({ tag, data }: HeardEvent): string {
  const json = eventJson(data).slice(0, TEXT_CHARS_MAX);
  // As Slack asks: these three would be markup.
  const plain = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  return `*${plain(tag)}*\n\`\`\`${plain(json)}\`\`\``;
}

/** @throws NeverError, CommandExecutionError */
function check({ status, body }: HttpAnswer): void {
  if (status !== 200) throw new CommandExecutionError(`Slack answered ${status}`);
  const answer = readJson(body.toString('utf8'));
  const { ok, error } = (isMap(answer) ? answer : {}) as PlainMap;
  if (ok === true) return;
  if (isPassing(String(error))) throw new CommandExecutionError(`Slack answered ${String(error)}`);
  throw new NeverError(`Slack answered ${String(error)}`);
}

export default defineEngine({
  name: 'slack',
  doc: 'Post events to a Slack channel. Commands from Slack are not taken.',
  params: {
    token: p.string(), channel: p.string(), tags: p.strings([], 'which events: globs of tags'), funs: p.strings(null, 'only events of these functions'),
    api_url: p.string('https://slack.com/api'),
  },
  async start({ token, channel, tags, funs, api_url: api }, ctx) {
    if (tags.length === 0) throw new InvocationError('tags is empty: name the events to post, such as tsalt/engine/*/failed');
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json; charset=utf-8' };
    await forwardEvents(ctx, { tags, funs: funs ?? [] }, async (event) => {
      const answer = await httpFetch({
        method: 'POST', url: `${api.replace(/\/$/, '')}/chat.postMessage`, headers, body: JSON.stringify({ channel, text: textOf(event) }), verify: true,
        timeoutMs: ANSWER_MS, bytesMax: ANSWER_BYTES_MAX, signal: ctx.signal,
      });
      if (answer.status === 429) await sleep(Math.min(RETRY_SECONDS_MAX, Number(answer.headers['Retry-After'] ?? 1)) * 1000, ctx.signal);
      check(answer);
    });
  },
});
