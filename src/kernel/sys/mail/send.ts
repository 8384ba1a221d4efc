/** Hands a mail to a server. RFC 5321; STARTTLS: RFC 3207; AUTH: RFC 4954, the mechanisms CRAM-MD5, PLAIN and LOGIN. */
import { createHmac } from 'node:crypto';
import { CommandExecutionError } from '../../contract/errors.js';
import { LineSocket, type Peer } from '../net/line-socket.js';

export interface MailServer {
  readonly host: string;
  readonly port: number;
  /**
   * False: in clear. True: STARTTLS is a must. `offered`: STARTTLS where the server offers it. `at once`: encrypted from the first byte,
   * as on port 465.
   */
  readonly tls: boolean | 'offered' | 'at once';
  /** False: any certificate will do. */
  readonly verify: boolean;
  /** Trusted certificates; undefined: those that Node knows. */
  readonly ca?: Buffer | undefined;
  readonly login?: { readonly user: string; readonly password: string } | undefined;
  /** How we call ourselves. */
  readonly hostname: string;
}

export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
}

interface Answer {
  readonly code: number;
  readonly lines: readonly string[];
}

const LINES_MAX = 100;
/** An address inside of `<>`: nothing that ends the line or the brackets. */
const ADDRESS = /^[^\s<>\p{Cc}]+@?[^\s<>\p{Cc}]*$/u;

/**
 * Resolves when the server took it; gives who cannot get it, in the server's words: the others do.
 * @throws CommandExecutionError with its answer, also when nobody can get it; never with a password
 */
export async function sendMail(server: MailServer, envelope: Envelope, text: string, signal: AbortSignal): Promise<string[]> {
  const peer: Peer = { host: server.host, port: server.port, what: 'The mail server' };
  await using socket = await LineSocket.open(peer, signal);
  const startTls = (): Promise<void> => socket.startTls({ rejectUnauthorized: server.verify, ...(server.ca === undefined ? {} : { ca: server.ca }) });
  if (server.tls === 'at once') await startTls();
  const ask = async (command: string): Promise<Answer> => {
    if (command !== '') await socket.write(`${command}\r\n`);
    return read(socket);
  };
  const say = async (command: string, wanted: number, shown = command): Promise<Answer> => {
    const answer = await ask(command);
    if (Math.floor(answer.code / 100) !== wanted) throw refused(shown, answer);
    return answer;
  };
  await say('', 2, 'the connection');
  let abilities = await greet(say, server.hostname);
  if (server.tls === true && !abilities.has('STARTTLS')) throw new CommandExecutionError('The mail server does not offer STARTTLS');
  if (server.tls === true || (server.tls === 'offered' && abilities.has('STARTTLS'))) {
    await say('STARTTLS', 2);
    await startTls();
    abilities = await greet(say, server.hostname);
  }
  if (server.login !== undefined) await logIn(say, server.login, abilities.get('AUTH') ?? '');
  await say(`MAIL FROM:<${address(envelope.from)}>`, 2);
  const failed: CommandExecutionError[] = [];
  for (const to of envelope.to) {
    const command = `RCPT TO:<${address(to)}>`;
    const answer = await ask(command);
    if (Math.floor(answer.code / 100) !== 2) failed.push(refused(command, answer));
  }
  if (failed[0] !== undefined && failed.length === envelope.to.length) throw failed[0];
  await say('DATA', 3);
  // A line that begins with a dot gets another: a dot alone ends the mail.
  await socket.write(`${text.replace(/^\./gm, '..')}\r\n`);
  await say('.', 2, 'the mail');
  await socket.write('QUIT\r\n');
  return failed.map(({ message }) => message);
}

type Say = (command: string, wanted: number, shown?: string) => Promise<Answer>;

/** What the server can do, by name, with the words behind. */
async function greet(say: Say, hostname: string): Promise<Map<string, string>> {
  const { lines } = await say(`EHLO ${hostname.replace(/[^\w.-]/g, '') || 'localhost'}`, 2);
  return new Map(lines.slice(1).map((line) => {
    const [name = '', ...rest] = line.split(/[ =]/);
    return [name.toUpperCase(), rest.join(' ').toUpperCase()];
  }));
}

async function logIn(say: Say, { user, password }: { user: string; password: string }, offered: string): Promise<void> {
  const ways = offered.split(' ');
  const packed = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
  if (ways.includes('CRAM-MD5')) {
    const { lines } = await say('AUTH CRAM-MD5', 3);
    const challenge = Buffer.from(lines[0] ?? '', 'base64');
    await say(packed(`${user} ${createHmac('md5', password).update(challenge).digest('hex')}`), 2, 'AUTH CRAM-MD5');
  } else if (ways.includes('PLAIN')) await say(`AUTH PLAIN ${packed(`\0${user}\0${password}`)}`, 2, 'AUTH PLAIN');
  else if (ways.includes('LOGIN')) {
    await say('AUTH LOGIN', 3);
    await say(packed(user), 3, 'AUTH LOGIN');
    await say(packed(password), 2, 'AUTH LOGIN');
  } else throw new CommandExecutionError('The mail server offers no way to log in that we know: CRAM-MD5, PLAIN, LOGIN');
}

async function read(socket: LineSocket): Promise<Answer> {
  const lines: string[] = [];
  for (;;) {
    const line = await socket.line();
    const match = /^(\d{3})([ -]?)(.*)$/.exec(line);
    if (match === null || lines.length >= LINES_MAX) throw new CommandExecutionError('What answers is no mail server');
    lines.push(match[3] ?? '');
    if (match[2] !== '-') return { code: Number(match[1]), lines };
  }
}

const refused = (what: string, { code, lines }: Answer): CommandExecutionError => new CommandExecutionError(`The mail server refuses ${what}: ${code} ${lines.join(' ').slice(0, 200)}`);

/** The bare address of `Name <address>`. */
function address(text: string): string {
  const bare = (/<([^<>]*)>\s*$/.exec(text)?.[1] ?? text).trim();
  if (/\p{Cc}/u.test(text) || !ADDRESS.test(bare)) throw new CommandExecutionError(`'${text.slice(0, 80)}' is no mail address`);
  return bare;
}
