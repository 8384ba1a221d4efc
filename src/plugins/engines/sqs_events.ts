/**
 * Messages of an SQS queue as events; a message is deleted when its event is on the bus.
 *
 * Source: documentation of Salt 3005, and of SQS (AWS JSON protocol).
 */
import type { Context } from '../../kernel/contract/context.js';
import { fireEvent } from '../../kernel/contract/engine.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineEngine } from '../../kernel/contract/plugin.js';
import { isList, isMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { httpFetch } from '../../kernel/sys/http/request.js';
import { readJson } from '../../kernel/yaml/read-json.js';
import { signed, type AwsKeys } from './parts/sigv4.js';

const WAIT_SECONDS = 20;
const MESSAGES = 10;
const ANSWER_MS = 40_000;
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;

interface Queue {
  readonly endpoint: URL;
  readonly region: string;
  readonly keys: AwsKeys;
}

const mapOf = (value: Value | undefined): PlainMap => (value !== undefined && isMap(value) ? value as PlainMap : {});
const textOf = (value: Value | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** The profile, else `sqs.keyid` and its sisters, else the environment. */
function queueOf(profile: Value, ctx: Context): Queue {
  const given = mapOf(typeof profile === 'string' ? ctx.opts[profile] : profile);
  const option = (name: string): string | undefined => textOf(given[name]) ?? textOf(ctx.opts[`sqs.${name}`]);
  const region = option('region') ?? ctx.sys.env['AWS_REGION'] ?? 'us-east-1';
  const keyid = option('keyid') ?? ctx.sys.env['AWS_ACCESS_KEY_ID'];
  const key = option('key') ?? ctx.sys.env['AWS_SECRET_ACCESS_KEY'];
  if (keyid === undefined || key === undefined) throw new InvocationError('sqs_events needs keyid and key: of a profile, or sqs.keyid and sqs.key');
  return { endpoint: new URL(option('endpoint') ?? `https://sqs.${region}.amazonaws.com/`), region, keys: { keyid, key, token: ctx.sys.env['AWS_SESSION_TOKEN'] } };
}

async function ask({ endpoint, region, keys }: Queue, action: string, load: PlainMap, ctx: Context): Promise<PlainMap> {
  const body = JSON.stringify(load);
  const headers = signed({
    method: 'POST', host: endpoint.host, path: endpoint.pathname, body, region, service: 'sqs', now: new Date(ctx.sys.now()),
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
  }, keys);
  const { status, body: answer } = await httpFetch({ method: 'POST', url: endpoint.href, headers, body, verify: true, timeoutMs: ANSWER_MS, bytesMax: ANSWER_BYTES_MAX, signal: ctx.signal });
  const text = answer.toString('utf8');
  if (status !== 200) throw new CommandExecutionError(`SQS answered ${status} to ${action}: ${text.slice(0, 200)}`);
  return text === '' ? {} : mapOf(readJson(text));
}

function messageOf(body: string, isJson: boolean, ctx: Context): Value {
  if (!isJson) return body;
  try {
    return readJson(body);
  } catch (err) {
    ctx.log.error({ err }, 'a message of the queue is no JSON: fired as text');
    return body;
  }
}

export default defineEngine({
  name: 'sqs_events',
  doc: 'Fire the messages of an SQS queue as events.',
  params: { queue: p.string(), profile: p.any(null, 'name of an option, or a map: keyid, key, region, endpoint'), tag: p.string('salt/engine/sqs'), owner_acct_id: p.string(null) },
  async start({ queue, profile, tag, owner_acct_id: owner }, ctx) {
    const place = queueOf(profile, ctx);
    const { QueueUrl: url } = await ask(place, 'GetQueueUrl', { QueueName: queue, ...(owner === null ? {} : { QueueOwnerAWSAccountId: owner }) }, ctx);
    if (typeof url !== 'string') throw new CommandExecutionError(`SQS names no address of the queue ${queue}`);
    const isJson = ctx.opts['sqs.message_format'] === 'json';
    ctx.log.info({ queue }, 'sqs_events listens');
    while (!ctx.signal.aborted) {
      const { Messages: messages } = await ask(place, 'ReceiveMessage', { QueueUrl: url, MaxNumberOfMessages: MESSAGES, WaitTimeSeconds: WAIT_SECONDS }, ctx);
      for (const message of isList(messages ?? null) ? messages as readonly Value[] : []) {
        const { Body: body, ReceiptHandle: handle } = mapOf(message);
        await fireEvent(ctx, tag, { message: messageOf(String(body ?? ''), isJson, ctx) });
        await ask(place, 'DeleteMessage', { QueueUrl: url, ReceiptHandle: handle ?? '' }, ctx);
      }
    }
  },
});
