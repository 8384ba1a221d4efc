/** Sends each result as a message of Slack (`chat.postMessage`). Source: the documentation of Salt 3006; the API as Slack documents it. */
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { defineReturner } from '../../kernel/contract/plugin.js';
import type { ReturnerContext } from '../../kernel/contract/returner.js';
import { pformat } from '../../kernel/std/python-pprint.js';
import { newJid } from '../../kernel/std/time.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { dumpYaml } from '../../kernel/yaml/dump.js';
import { mapOfJson } from './shared/json.js';
import { needed } from './shared/options.js';
import { fixedWidth, form, FORM, resultText } from './web/chat.js';
import { webCall } from './web/call.js';

const API = 'https://slack.com/api/chat.postMessage';
/** Slack cuts longer texts itself, at a place of its own. */
const CHARS_MAX = 38_000;

async function send(ret: Readonly<PlainMap>, ctx: ReturnerContext): Promise<void> {
  const { options } = ctx;
  const must = needed(ctx, 'slack', ['channel', 'username', 'api_key']);
  if (must === undefined) return;
  if (!isTruthy(options['as_user'])) {
    ctx.log.error({ option: 'slack.as_user' }, 'slack.as_user not defined in salt config');
    return;
  }
  const returned = options['changes'] === true ? onlyChanges(ret['return'] ?? null) : ret['return'] ?? null;
  const text = options['yaml_format'] === true ? dumpYaml(returned, { sortKeys: false }) : pformat(returned);
  const body = form({ channel: must.channel, username: must.username, as_user: String(options['as_user']), text: fixedWidth(resultText(ret, text), CHARS_MAX) });
  const answer = await webCall('Slack', { url: String(options['api_url']), headers: { ...FORM, Authorization: `Bearer ${must.api_key}` }, body }, ctx);
  // Slack says 200 for a refusal too.
  const said = mapOfJson(answer.body.toString('utf8'));
  if (said['ok'] !== true) throw new CommandExecutionError(`Slack refuses the message: ${String(said['error'] ?? 'no reason given').slice(0, 100)}`);
}

/** Of the result of states those that failed or changed something. */
function onlyChanges(returned: Value): Value {
  if (!isPlainMap(returned)) return returned;
  return Object.fromEntries(Object.entries(returned).filter(([, data]) => !isPlainMap(data) || data['result'] !== true || isTruthy(data['changes'])));
}

export default defineReturner({
  name: 'slack_returner',
  serves: 'slack',
  doc: 'Sends each result as a message of Slack.',
  options: {
    slack_profile: { key: 'profile', doc: 'name of a map with the key' },
    channel: { doc: 'where to', default: '#general' },
    username: { doc: 'who it is from' },
    as_user: { doc: 'true: as the user of the key' },
    api_key: { doc: 'token of the API' },
    changes: { doc: 'true: only states that changed something or failed', default: false },
    yaml_format: { doc: 'true: the value as YAML', default: false },
    api_url: { doc: 'the address of the API', default: API },
  },
  profile: { option: 'slack_profile', options: ['api_key'] },
  returner: send,
  prepJid: (_nocache, passedJid) => passedJid ?? newJid(),
});
