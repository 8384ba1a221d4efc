/**
 * Posts events to a Slack channel. What comes from Slack takes the engine `slack_bolt`.
 *
 * Source: documentation of Slack, `chat.postMessage`.
 */
import { InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineEngine } from '../../kernel/contract/plugin.js';
import { eventJson } from './parts/event-json.js';
import { forwardEvents, type HeardEvent } from './parts/forward.js';
import { askSlack, plainText, SLACK_API } from './parts/slack-call.js';

/** Slack shows less than 40,000 characters of a message; one screen is enough. */
const TEXT_CHARS_MAX = 3000;

function textOf({ tag, data }: HeardEvent): string {
  const json = eventJson(data).slice(0, TEXT_CHARS_MAX);
  return `*${plainText(tag)}*\n\`\`\`${plainText(json)}\`\`\``;
}

export default defineEngine({
  name: 'slack',
  doc: 'Post events to a Slack channel. The engine slack_bolt takes what comes from there.',
  params: {
    token: p.string(), channel: p.string(''), tags: p.strings([], 'which events: globs of tags'), funs: p.strings(null, 'only events of these functions'),
    api_url: p.string(SLACK_API), control: p.any(null, 'of the engine that listened: refused in words'), fire_all: p.any(null), trigger: p.any(null), groups: p.any(null),
    groups_pillar_name: p.any(null), tag: p.any(null),
  },
  async start({ token, channel, tags, funs, api_url: api, ...listening }, ctx) {
    const wanted = Object.entries(listening).filter(([, value]) => value !== null).map(([name]) => name);
    if (wanted.length > 0) {
      throw new InvocationError(`slack posts events (channel, tags): ${wanted.join(', ')} belong to the engine that listened by RTM, which Slack has closed; use slack_bolt with app_token and bot_token`);
    }
    if (channel === '') throw new InvocationError('channel is empty: name the one to post to');
    if (tags.length === 0) throw new InvocationError('tags is empty: name the events to post, such as tsalt/engine/*/failed');
    await forwardEvents(ctx, { tags, funs: funs ?? [] }, async (event) => {
      await askSlack({ api, token, signal: ctx.signal }, 'chat.postMessage', { channel, text: textOf(event) });
    });
  },
});
