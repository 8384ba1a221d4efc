/** Sends results and events as messages of Mattermost, through an incoming webhook. Source: the documentation of Salt 3006 and of Mattermost. */
import { defineReturner } from '../../kernel/contract/plugin.js';
import type { ReturnerContext } from '../../kernel/contract/returner.js';
import { isPlainMap } from '../../kernel/std/value.js';
import { jsonOf } from './shared/json.js';
import { needed, textOption } from './shared/options.js';
import { asText, fixedWidth, form, FORM, resultText } from './web/chat.js';
import { TRUST_OPTIONS, trustOptions, webCall } from './web/call.js';

/** Mattermost refuses a message of more than 16,383 characters. */
const CHARS_MAX = 16_000;

async function send(message: string, ctx: ReturnerContext): Promise<void> {
  const { options } = ctx;
  const must = needed(ctx, 'mattermost', ['hook', 'api_url']);
  if (must === undefined) return;
  const [channel, username] = [textOption(options, 'channel'), textOption(options, 'username')];
  const payload = { ...(channel === undefined ? {} : { channel }), ...(username === undefined ? {} : { username }), text: fixedWidth(message, CHARS_MAX) };
  const url = `${must.api_url.replace(/\/+$/, '')}/hooks/${must.hook}`;
  await webCall('The webhook of Mattermost', { url, headers: FORM, body: form({ payload: jsonOf(payload, 'mattermost') }), ...trustOptions(options) }, ctx);
}

export default defineReturner({
  name: 'mattermost_returner',
  serves: 'mattermost',
  doc: 'Sends results and events as messages of Mattermost.',
  options: {
    hook: { doc: 'the last part of the address of the webhook' },
    api_url: { doc: 'address of the server' },
    channel: { doc: 'where to; that of the webhook when it is not set' },
    username: { doc: 'who it is from' },
    ...TRUST_OPTIONS,
  },
  returner: (ret, ctx) => send(resultText(ret, asText(ret['return'])), ctx),
  async eventReturn(events, ctx) {
    for (const { tag, data } of events) {
      const lines = data !== undefined && isPlainMap(data) ? Object.entries(data).map(([key, value]) => `${key}: ${asText(value)}\r\n`) : [];
      await send(`tag: ${asText(tag)}\r\n${lines.join('')}`, ctx);
    }
  },
});
