/**
 * A report on a run of states as a message of Slack, through an incoming webhook.
 *
 * Source: the documentation of Salt 3006; the API as Slack documents it. Differs: other results give a message without counts.
 */
import { defineReturner } from '../../kernel/contract/plugin.js';
import type { ReturnerContext } from '../../kernel/contract/returner.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { countStates, hasChanges, isFailed, statesOf, type StateCounts, type StateEntry } from './report/states.js';
import { jsonOf } from './shared/json.js';
import { needed, textOption } from './shared/options.js';
import { sprinkle } from './shared/sprinkle.js';
import { form, FORM } from './web/chat.js';
import { webCall } from './web/call.js';

const API = 'https://hooks.slack.com/services/';
/** Slack shows so many fields of one attachment. */
const TASKS_MAX = 100;

async function send(ret: Readonly<PlainMap>, ctx: ReturnerContext): Promise<void> {
  const must = needed(ctx, 'slack_webhook', ['webhook']);
  if (must === undefined) return;
  const payload = jsonOf({ attachments: attachments(ret, ctx) }, 'slack_webhook');
  await webCall('The webhook of Slack', { url: `${String(ctx.options['api_url'])}${must.webhook}`, headers: FORM, body: form({ payload }) }, ctx);
}

function attachments(ret: Readonly<PlainMap>, { options, grains }: ReturnerContext): Value[] {
  const states = statesOf(ret['return']);
  const counts = states === undefined ? undefined : countStates(states);
  const success = counts === undefined ? ret['success'] !== false && !isTruthy(ret['retcode'] ?? 0) : counts.failed === 0;
  const head: PlainMap = {
    fallback: sprinkle(textOption(options, success ? 'success_title' : 'failure_title') ?? '', grains), color: '#272727',
    author_name: sprinkle('{id}', grains), author_link: sprinkle('{localhost}', grains), author_icon: textOption(options, 'author_icon') ?? '',
    title: `Success: ${success ? 'True' : 'False'}`, text: headText(ret, counts),
  };
  if (states === undefined || counts === undefined) return [head];
  const tasks = (fits: (data: PlainMap) => boolean): PlainMap => (isTruthy(options['show_tasks']) ? fieldsOf(states.filter(([, data]) => fits(data))) : {});
  return [
    head, { color: 'good', title: `Unchanged: ${counts.unchanged}` },
    { color: 'warning', title: `Changed: ${counts.changed}`, ...tasks(hasChanges) },
    { color: 'danger', title: `Failed: ${counts.failed}`, ...tasks(isFailed) },
  ];
}

function headText(ret: Readonly<PlainMap>, counts: StateCounts | undefined): string {
  const args = ret['fun_args'];
  const lines = [
    `Function: ${str(ret['fun'] ?? null)}`, ...(isList(args) && args.length > 0 ? [`Function Args: ${str(args.map(str))}`] : []), `JID: ${str(ret['jid'] ?? null)}`,
    ...(counts === undefined ? [] : [`Total: ${counts.total}`, `Duration: ${(counts.duration / 1000).toFixed(2)} secs`]),
  ];
  return lines.join('\n');
}

function fieldsOf(states: readonly StateEntry[]): PlainMap {
  if (states.length === 0) return {};
  return { fields: states.slice(0, TASKS_MAX).map(([key, data]) => ({ value: `${str(data['__sls__'] ?? null)}.sls | ${key.split('_|-')[1] ?? ''}`, short: false })) };
}

export default defineReturner({
  name: 'slack_webhook_return',
  serves: 'slack_webhook',
  doc: 'Sends a report on a run of states through an incoming webhook of Slack.',
  options: {
    webhook: { doc: 'the part of its address behind https://hooks.slack.com/services/' },
    success_title: { doc: 'title after a success; grains in braces', default: '{id} | Succeeded' },
    failure_title: { doc: 'title after a failure; grains in braces', default: '{id} | Failed' },
    author_icon: { doc: 'address of a small picture', default: '' },
    show_tasks: { doc: 'true: names of the states that changed or failed', default: false },
    api_url: { doc: 'what stands before the webhook', default: API },
  },
  returner: send,
  async eventReturn(events, ctx) {
    for (const { data } of events) if (data !== undefined && isPlainMap(data) && data['return'] !== undefined && data['fun'] !== 'saltutil.find_job') await send(data, ctx);
  },
});
