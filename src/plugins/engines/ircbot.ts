/**
 * A bot on IRC: whoever is allowed fires events with `!event tag words...`, as `salt/engines/ircbot/<tag>`; `!ping` and `!echo` answer.
 *
 * Source: documentation of Salt 3005; RFC 2812; IRCv3 SASL. Differs: nobody is allowed to fire events unless he is named.
 */
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import type { Context } from '../../kernel/contract/context.js';
import { fireEvent } from '../../kernel/contract/engine.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineEngine } from '../../kernel/contract/plugin.js';
import { linearMatch } from '../../kernel/std/linear-regex.js';
import { isList, type Value } from '../../kernel/std/value.js';
import { ircLine, readIrcLine, type IrcLine } from './parts/irc.js';
import { Lines } from './parts/lines.js';

const CONNECT_MS = 30_000;
/** Servers ask at least so often whether we are there. */
const SILENT_MS = 600_000;
const LINE_BYTES_MAX = 16 * 1024;
const PREFIX = 'salt/engines/ircbot/';
const NICK_TAKEN = '433';
const WELCOME = '001';
const SASL_DONE = '903';
const SASL_FAILED: ReadonlySet<string> = new Set(['902', '904', '905', '906']);

interface Bot {
  readonly nick: string;
  readonly channels: readonly string[];
  readonly char: string;
  /** Regular expressions of hosts; everybody's for `true`. */
  readonly hosts: Value;
  readonly nicks: Value;
  readonly answersQueries: boolean;
  readonly login: { readonly user: string; readonly password: string | null; readonly sasl: boolean };
}

type Say = (words: readonly string[], text?: string) => void;

const allows = (rule: Value, name: string): boolean => rule === true || (isList(rule) && rule.some((pattern) => linearMatch(String(pattern), name, 'fullmatch') !== undefined));

/** A sentence to answer with, or undefined. */
async function obey({ nick, host }: IrcLine, text: string, bot: Bot, ctx: Context): Promise<string | undefined> {
  const [command = '', ...words] = text.split(' ').filter((word) => word !== '');
  switch (command) {
    case 'ping': return `${nick}: pong`;
    case 'echo': return words.join(' ');
    case 'event': {
      const [tag, ...data] = words;
      if (!allows(bot.hosts, host) && !allows(bot.nicks, nick)) {
        ctx.log.warn({ nick, host, tag }, 'ircbot: an event of one who is not allowed');
        return `${nick}: You are not allowed to do that`;
      }
      if (tag === undefined) return `${nick}: event needs a tag`;
      await fireEvent(ctx, `${PREFIX}${tag}`, { data });
      return `${nick}: TaDa!`;
    }
    default: return undefined;
  }
}

function hello({ nick, login }: Bot, say: Say): void {
  if (login.sasl) say(['CAP', 'REQ'], 'sasl');
  else if (login.password !== null) say(['PASS', login.password]);
  say(['NICK', nick]);
  say(['USER', login.user, '0', '*'], 'salt');
}

/** What belongs to the conversation itself; true when nothing else is to be done. @throws CommandExecutionError */
function converse(line: IrcLine, bot: Bot, say: Say): boolean {
  const { command, params } = line;
  const { sasl, user, password } = bot.login;
  if (command === 'PING') say(['PONG'], params.at(-1) ?? '');
  else if (command === 'CAP' && params[1] === 'ACK') say(['AUTHENTICATE', 'PLAIN']);
  else if (command === 'CAP' && params[1] === 'NAK') throw new CommandExecutionError('the server has no SASL');
  else if (command === 'AUTHENTICATE' && sasl) say(['AUTHENTICATE', Buffer.from(`${user}\0${user}\0${password ?? ''}`).toString('base64')]);
  else if (command === SASL_DONE) say(['CAP', 'END']);
  else if (SASL_FAILED.has(command)) throw new CommandExecutionError('the server refused name or password');
  else if (command === NICK_TAKEN) throw new CommandExecutionError(`the nick ${bot.nick} is taken`);
  else if (command === 'ERROR') throw new CommandExecutionError(`the server ended the conversation: ${params.at(-1) ?? ''}`);
  else if (command === WELCOME) for (const channel of bot.channels) say(['JOIN', channel.startsWith('#') ? channel : `#${channel}`]);
  else return false;
  return true;
}

async function take(line: IrcLine, bot: Bot, say: Say, ctx: Context): Promise<void> {
  if (converse(line, bot, say)) return;
  const [to = '', text = ''] = line.params;
  if (line.command === 'JOIN' && line.nick === bot.nick) ctx.log.info({ channel: to }, 'ircbot is in the channel');
  if (line.command !== 'PRIVMSG' || !text.startsWith(bot.char)) return;
  const isQuery = !to.startsWith('#');
  if (isQuery && !bot.answersQueries) return;
  const answer = await obey(line, text.slice(bot.char.length), bot, ctx);
  if (answer !== undefined) say(['PRIVMSG', isQuery ? line.nick : to], answer);
}

function connected(host: string, port: number, isSecure: boolean, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket: Socket = isSecure ? connectSecure({ host, port, servername: host }) : connectPlain({ host, port });
    signal.addEventListener('abort', () => socket.destroy(), { once: true });
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new CommandExecutionError('the server is silent')));
    socket.once('error', reject);
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      socket.setTimeout(SILENT_MS);
      resolve(socket);
    });
  });
}

export default defineEngine({
  name: 'ircbot',
  doc: 'Be a bot on IRC: those who are allowed fire events.',
  params: {
    nick: p.string(), host: p.string(), port: p.int(6667), username: p.string(null), password: p.string(null), channels: p.strings(null),
    use_ssl: p.bool(false), use_sasl: p.bool(false), char: p.string('!', 'what commands begin with'),
    allow_hosts: p.any(false, 'who may fire events: regular expressions of hosts, or true'), allow_nicks: p.any(false), disable_query: p.bool(true),
  },
  async start(config, ctx) {
    const { nick, host, port, username, password, use_sasl: sasl } = config;
    if (/[\s\0]/.test(nick)) throw new InvocationError('nick has a space');
    const bot: Bot = {
      nick, channels: config.channels ?? [], char: config.char, hosts: config.allow_hosts, nicks: config.allow_nicks, answersQueries: !config.disable_query,
      login: { user: username ?? nick, password, sasl },
    };
    const socket = await connected(host, port, config.use_ssl, ctx.signal);
    try {
      const say: Say = (words, text) => void socket.write(ircLine(words, text));
      hello(bot, say);
      const lines = new Lines(LINE_BYTES_MAX);
      for await (const chunk of socket as AsyncIterable<Buffer>) for (const line of lines.push(chunk)) await take(readIrcLine(line), bot, say, ctx);
      throw new CommandExecutionError('the server closed the connection');
    } finally {
      socket.end(ircLine(['QUIT'], 'salt'));
      socket.destroySoon();
    }
  },
});
