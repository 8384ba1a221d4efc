/** Socket Mode of Slack: a strict local server takes the place of the service, which no package registry has. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { LocalJob, MasterSideCall } from '../../../../src/kernel/contract/ports.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { readCommand, readGroups } from '../../../../src/plugins/engines/parts/slack-commands.js';
import { until } from '../../../support/fleet/until.js';
import { SlackServer } from '../../../support/servers/slack-server.js';
import { startEngine, type EngineWorld, type RunningEngine } from './kit.js';

const TOKENS = { app: 'xapp-1', bot: 'xoxb-2' };
const GROUPS: PlainMap = {
  admins: {
    users: ['name-of-U1'], commands: ['test.ping', 'cmd.run', 'list_jobs'], aliases: { list_jobs: { cmd: 'jobs.list_jobs search_function=test.ping' } },
    default_target: { target: 'web*', tgt_type: 'glob' }, targets: { 'cmd.run': { target: 'db1', tgt_type: 'list' } },
  },
  all: { users: ['*'], commands: ['test.version'] },
};

async function begin(config: PlainMap, world: EngineWorld = {}): Promise<{ slack: SlackServer; engine: RunningEngine }> {
  const slack = await SlackServer.start(TOKENS);
  after(() => slack[Symbol.asyncDispose]());
  const engine = await startEngine('slack_bolt', { app_token: TOKENS.app, bot_token: TOKENS.bot, api_url: slack.api, ...config }, world);
  await until('the connection', () => slack.connections === 1);
  return { slack, engine };
}

const message = (text: string, more: PlainMap = {}): PlainMap => ({ type: 'message', channel: 'C1', user: 'U1', text, ts: '1.0', ...more });

test('messages with the trigger are events, each once and acknowledged; a new connection is made when Slack wants one', async () => {
  const { slack, engine } = await begin({});
  const envelopes = [...slack.tell(message('hello')), ...slack.tell(message('!deploy shop'), 2), ...slack.tell(message('!own', { bot_id: 'B1' })), ...slack.tell(message('!last'))];
  await until('the last one', () => engine.fired.some(({ data }) => (data['message_data'] as PlainMap)['text'] === '!last'));
  assert.deepEqual(engine.fired.map(({ tag, data }) => [tag, (data['message_data'] as PlainMap)['text']]), [['salt/engines/slack/message', '!deploy shop'], ['salt/engines/slack/message', '!last']]);
  assert.deepEqual(slack.acknowledged, envelopes);
  slack.wantNewConnection();
  await until('the next connection', () => slack.connections === 2);
  slack.tell(message('!again'));
  await until('an event over it', () => engine.fired.length === 3);
  assert.deepEqual([slack.faults, slack.posted], [[], []]);
  assert.doesNotMatch(JSON.stringify(engine.lines), /xapp|xoxb/);
});

test('with fire_all everything is an event, of its type', async () => {
  const { slack, engine } = await begin({ fire_all: true, tag: 'chat' });
  slack.tell(message('hello'));
  slack.tell({ type: 'reaction_added', user: 'U1' });
  await until('both', () => engine.fired.length === 2);
  assert.deepEqual(engine.fired.map(({ tag }) => tag), ['chat/message', 'chat/reaction_added']);
});

test('those of a group have commands done, and get the answer; others are told that they may not', async () => {
  const jobs: LocalJob[] = [];
  const runs: MasterSideCall[] = [];
  const { slack, engine } = await begin({ control: true, groups: GROUPS }, {
    local: { async *returns(job: LocalJob) {
      jobs.push(job);
      await Promise.resolve();
      yield { id: 'web1', answered: true, ret: '<done> & well', retcode: 0, out: undefined };
    } },
    masterSide: { runner: (call: MasterSideCall) => {
      runs.push(call);
      return Promise.resolve(null);
    } },
  });
  const answer = async (text: string, user = 'U1'): Promise<string> => {
    const before = slack.posted.length;
    slack.tell(message(text, { user }));
    await until(`the answer to ${text}`, () => slack.posted.length > before);
    return slack.posted.at(-1)?.text ?? '';
  };
  assert.equal(await answer('!test.ping'), "@name-of-U1's `test.ping`\n```web1:\n    &lt;done&gt; &amp; well```");
  assert.deepEqual([jobs[0]?.fun, jobs[0]?.tgt, jobs[0]?.tgt_type], ['test.ping', 'web*', 'glob']);
  await answer('!cmd.run "ls -l &gt; x" shell=/bin/sh');
  assert.deepEqual([jobs[1]?.tgt, jobs[1]?.tgt_type, jobs[1]?.arg, jobs[1]?.kwarg], ['db1', 'list', ['ls -l > x'], { shell: '/bin/sh' }]);
  await answer('!test.ping target=os:Debian tgt_type=grain');
  assert.deepEqual([jobs[2]?.tgt, jobs[2]?.tgt_type, jobs[2]?.kwarg], ['os:Debian', 'grain', {}]);
  await answer('!list_jobs');
  assert.deepEqual([runs[0]?.name, runs[0]?.kwarg], ['jobs.list_jobs', { search_function: 'test.ping' }]);
  assert.equal(await answer('!cmd.run id', 'U2'), '@name-of-U2, you are not allowed to do that');
  assert.match(await answer('!test.version', 'U2'), /^@name-of-U2's `test\.version`/);
  assert.equal(await answer('!test.ping "open'), '@name-of-U1: No closing quotation');
  assert.equal(jobs.length, 4);
  await engine.said('slack_bolt: a command of one who is not allowed');
  assert.deepEqual(slack.faults, []);
});

test('without a group nobody may do anything; a name that is no own property is nothing', () => {
  assert.equal(readCommand('test.ping', ['anna'], readGroups(null, {})), undefined);
  const groups = readGroups({ g: { users: ['anna'], commands: [], aliases: {} } });
  for (const line of ['constructor', '__proto__', 'toString', '']) assert.equal(readCommand(line, ['anna'], groups), undefined, line);
});

test('a token that Slack does not take ends the engine, which is then seen', async () => {
  const slack = await SlackServer.start(TOKENS);
  after(() => slack[Symbol.asyncDispose]());
  await assert.rejects((await startEngine('slack_bolt', { app_token: 'wrong', bot_token: 'x', api_url: slack.api })).done, /Slack answered invalid_auth/);
});
