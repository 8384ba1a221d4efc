import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presenceTopic } from '../../../../src/bus/channel/master-link.js';
import type { PublishEnvelope } from '../../../../src/bus/channel/publish-envelope.js';
import { minionTopic } from '../../../../src/bus/crypto/digest.js';
import type { PublishServer } from '../../../../src/bus/transport/contract.js';
import { Publisher } from '../../../../src/master/publisher/publisher.js';

function bench(filtering = false) {
  const sent: string[][] = [];
  let tell: (topic: Buffer, subscribed: boolean) => void = () => assert.fail('nobody listens to subscriptions');
  const server = {
    publish: (frames: readonly Uint8Array[]) => Promise.resolve(void sent.push(frames.map(String))),
    onSubscription: (listener: typeof tell) => {
      tell = listener;
    },
  } as unknown as PublishServer;
  const envelope = { seal: () => Buffer.from('sealed') } as unknown as PublishEnvelope;
  const publisher = new Publisher({ server, envelope, filtering });
  return { publisher, sent, subscribe: (topic: string) => tell(Buffer.from(topic), true), leave: (topic: string) => tell(Buffer.from(topic), false) };
}

test('a job is one message for all, or one for each topic where topics are filtered', async () => {
  const all = bench();
  await all.publisher.publish({ tgt: '*', tgt_type: 'glob' }, ['web1', 'web2']);
  assert.deepEqual([all.sent, all.publisher.published], [[['sealed']], 1]);

  const { publisher, sent } = bench(true);
  await publisher.publish({ tgt: 'web*', tgt_type: 'glob' }, ['web1', 'web2']);
  await publisher.publish({ tgt: ['web3'], tgt_type: 'list' }, []);
  await publisher.publish({ tgt: 'os:Debian', tgt_type: 'grain' }, ['web1']);
  assert.deepEqual(sent, [[minionTopic('web1'), 'sealed'], [minionTopic('web2'), 'sealed'], [minionTopic('web3'), 'sealed'], ['broadcast', 'sealed']]);
});

test('a minion that subscribes to the topic of its session listens, until it leaves', () => {
  const { publisher, subscribe, leave } = bench();
  assert.equal(publisher.isListening('web1'), undefined, 'a minion that never showed itself');
  publisher.expect('web1', 'key');
  assert.equal(publisher.isListening('web1'), undefined);
  subscribe(presenceTopic('key'));
  assert.deepEqual([publisher.isListening('web1'), publisher.listening()], [true, ['web1']]);
  leave(presenceTopic('key'));
  assert.deepEqual([publisher.isListening('web1'), publisher.listening()], [false, []]);
});

test('a topic that was subscribed to before its session was known counts, others never', () => {
  const { publisher, subscribe } = bench();
  subscribe(presenceTopic('key'));
  subscribe('');
  subscribe('not a topic of a minion');
  publisher.expect('web1', 'key');
  publisher.expect('web2', 'other key');
  assert.deepEqual([publisher.isListening('web1'), publisher.isListening('web2')], [true, undefined]);
});

test('a minion listens as long as one of its topics is subscribed to', () => {
  const { publisher, subscribe, leave } = bench();
  publisher.expect('web1', 'first');
  subscribe(presenceTopic('first'));
  publisher.expect('web1', 'second');
  subscribe(presenceTopic('second'));
  leave(presenceTopic('first'));
  assert.equal(publisher.isListening('web1'), true, 'it left the old topic after it came to the new one');
  leave(presenceTopic('second'));
  assert.equal(publisher.isListening('web1'), false);
});

test('a minion that renews its session often and stays with its first topic is seen to leave', () => {
  const { publisher, subscribe, leave } = bench();
  publisher.expect('web1', 'first');
  subscribe(presenceTopic('first'));
  for (let at = 0; at < 50; at += 1) publisher.expect('web1', `renewed ${at}`);
  assert.equal(publisher.isListening('web1'), true);
  leave(presenceTopic('first'));
  assert.equal(publisher.isListening('web1'), false);
});
