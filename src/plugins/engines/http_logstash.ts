/** Sends the data of events to Logstash over HTTP. Source: documentation of Salt 3005, and of the extension that took its place. */
import { p } from '../../kernel/contract/params.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { defineEngine } from '../../kernel/contract/plugin.js';
import { httpFetch } from '../../kernel/sys/http/request.js';
import { eventJson } from './parts/event-json.js';
import { forwardEvents, NeverError } from './parts/forward.js';

const ANSWER_MS = 30_000;
const ANSWER_BYTES_MAX = 1024 * 1024;
/** Sent again, these would be refused again. */
const isFinal = (status: number): boolean => status >= 400 && status < 500 && status !== 408 && status !== 429;

export default defineEngine({
  name: 'http_logstash',
  doc: 'Send the data of events to the HTTP input of Logstash.',
  params: { url: p.string(), funs: p.strings(null, 'only events of these functions'), tags: p.strings(null, 'only these tags, globs') },
  async start({ url, funs, tags }, ctx) {
    await forwardEvents(ctx, { tags: tags ?? [], funs: funs ?? [] }, async ({ data }) => {
      const { status } = await httpFetch({
        method: 'POST', url, headers: { 'Content-Type': 'application/json' }, body: eventJson(data), verify: true, timeoutMs: ANSWER_MS, bytesMax: ANSWER_BYTES_MAX, signal: ctx.signal,
      });
      if (isFinal(status)) throw new NeverError(`Logstash answered ${status}`);
      if (status >= 300) throw new CommandExecutionError(`Logstash answered ${status}`);
    });
  },
});
