/**
 * Publishes results and events to NATS: `salt.returns.MINION` and `salt.events.TAG`, as JSON.
 *
 * The protocol as NATS documents it, with an acknowledgement of each message by the server. Salt has no returner for it.
 */
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { defineReturner } from '../../kernel/contract/plugin.js';
import type { ReturnerContext } from '../../kernel/contract/returner.js';
import { readFile } from 'node:fs/promises';
import { newJid } from '../../kernel/std/time.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { caBundle } from '../../kernel/sys/http/query.js';
import { jsonOf, mapOfJson } from './shared/json.js';
import { LineSocket } from '../../kernel/sys/net/line-socket.js';
import { flagOption, serverOf, textOption } from './shared/options.js';

const PORT = 4222;
const PAYLOAD_BYTES_MAX = 1024 * 1024;

interface Message {
  readonly subject: string;
  readonly value: Value;
}

async function publish(messages: readonly Message[], ctx: ReturnerContext): Promise<void> {
  if (messages.length === 0) return;
  const { options } = ctx;
  await using socket = await LineSocket.open({ ...serverOf(options, PORT), what: 'NATS' }, ctx.signal);
  const info = mapOfJson(/^INFO (.*)$/.exec(await socket.line())?.[1]);
  if (info['server_id'] === undefined) throw new CommandExecutionError('What answers is no NATS server');
  const tls = flagOption(options, 'tls') || info['tls_required'] === true;
  if (tls) await socket.startTls(await trust(ctx));
  await socket.write(`CONNECT ${jsonOf(greeting(ctx, tls), 'nats')}\r\n`);
  await acknowledged(socket);
  for (const { subject, value } of messages) {
    const payload = Buffer.from(jsonOf(value, 'nats'), 'utf8');
    if (payload.length > Number(info['max_payload'] ?? PAYLOAD_BYTES_MAX)) {
      // It will never be smaller: to be called again is of no use.
      ctx.log.error({ subject, bytes: payload.length, bytes_max: info['max_payload'] }, 'nats: larger than the server takes, not sent');
      continue;
    }
    await socket.write(Buffer.concat([Buffer.from(`PUB ${subject} ${payload.length}\r\n`), payload, Buffer.from('\r\n')]));
    await acknowledged(socket);
  }
}

async function trust(ctx: ReturnerContext): Promise<{ rejectUnauthorized: boolean; ca?: Buffer }> {
  const bundle = caBundle(textOption(ctx.options, 'ca_bundle'), ctx.opts);
  return { rejectUnauthorized: ctx.options['verify_ssl'] !== false, ...(bundle === undefined ? {} : { ca: await readFile(bundle) }) };
}

function greeting({ options }: ReturnerContext, tls: boolean): PlainMap {
  const [user, password, token] = [textOption(options, 'user'), textOption(options, 'password'), textOption(options, 'token')];
  return {
    verbose: true, pedantic: false, tls_required: tls, lang: 'node', version: '1', name: 'tsalt', protocol: 0,
    ...(user === undefined ? {} : { user, pass: password ?? '' }), ...(token === undefined ? {} : { auth_token: token }),
  };
}

/** `+OK`; the server may ask in between whether we live. */
async function acknowledged(socket: LineSocket): Promise<void> {
  for (;;) {
    const line = await socket.line();
    if (line === '+OK') return;
    if (line === 'PING') await socket.write('PONG\r\n');
    else if (line.startsWith('-ERR')) throw new CommandExecutionError(`NATS refuses: ${line.slice(5, 205)}`);
    else if (!line.startsWith('INFO')) throw new CommandExecutionError('What answers is no NATS server');
  }
}

/** One word of a subject: dots would make several, `*` and `>` mean any. */
const word = (text: string): string => text.replace(/[\s.*>]+/g, '_') || '_';

const eventSubject = (prefix: string, tag: string): string => [prefix, ...tag.split('/').filter((part) => part !== '').map(word)].join('.');

export default defineReturner({
  name: 'nats_return',
  serves: 'nats',
  doc: 'Publishes results and events to NATS.',
  options: {
    host: { doc: 'where the server is', default: 'localhost' },
    port: { doc: 'its port', default: PORT },
    user: { doc: 'to log in with' },
    password: { doc: 'to log in with' },
    token: { doc: 'to log in with, in place of both' },
    subject: { doc: 'of results; the id of the minion comes behind it', default: 'salt.returns' },
    event_subject: { doc: 'of events; the parts of the tag come behind it', default: 'salt.events' },
    tls: { doc: 'true: only encrypted; else as the server wishes', default: false },
    verify_ssl: { doc: 'false: any certificate of the server will do', default: true },
    ca_bundle: { doc: 'a file of trusted certificates' },
  },
  returner: (ret, ctx) => publish([{ subject: `${String(ctx.options['subject'])}.${word(String(ret['id'] ?? ctx.id))}`, value: ret }], ctx),
  eventReturn: (events, ctx) => publish(events.map((event) => ({ subject: eventSubject(String(ctx.options['event_subject']), String(event['tag'] ?? '')), value: event })), ctx),
  prepJid: (_nocache, passedJid) => passedJid ?? newJid(),
});
