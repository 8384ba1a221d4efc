/** Sends results to syslog as JSON, through the program `logger`. Source: read, Salt 3008.3. */
import { CommandExecutionError, CommandNotFoundError } from '../../kernel/contract/errors.js';
import { defineReturner } from '../../kernel/contract/plugin.js';
import type { ReturnerContext } from '../../kernel/contract/returner.js';
import { pythonJson } from '../../kernel/std/python-json.js';
import { newJid } from '../../kernel/std/time.js';
import { isList, type PlainMap } from '../../kernel/std/value.js';

const LEVELS = ['EMERG', 'ALERT', 'CRIT', 'ERR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG'];
const FACILITIES = [
  'KERN', 'USER', 'MAIL', 'DAEMON', 'AUTH', 'AUTHPRIV', 'SYSLOG', 'LPR', 'NEWS', 'UUCP', 'CRON', 'FTP',
  'LOCAL0', 'LOCAL1', 'LOCAL2', 'LOCAL3', 'LOCAL4', 'LOCAL5', 'LOCAL6', 'LOCAL7',
];
/** What `logger` has for the options of openlog; the others say how the socket is opened, which it decides itself. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  LOG_PID: ['-i'], LOG_PERROR: ['-s'], LOG_CONS: [], LOG_NDELAY: [], LOG_NOWAIT: [], LOG_ODELAY: [],
};
const TAG_CHARS_MAX = 32;
/** `logger` of util-linux cuts at 1 kB unless it is told; that of BusyBox does not know the word. */
const SIZE = ['-S', '1MiB'];

interface Sending {
  readonly priority: string;
  readonly tag: string;
  readonly flags: readonly string[];
}

/** Undefined, with a line in the log, for options that syslog does not know: it is of no use to try again. */
function sendingOf({ options, log }: ReturnerContext): Sending | undefined {
  const [level, facility, tag] = [String(options['level']), String(options['facility']), options['tag'] ?? 'salt-minion'];
  const words = isList(options['options']) ? options['options'].map(String) : [];
  const unknown = [
    ...(LEVELS.includes(level.replace(/^LOG_/, '')) && level.startsWith('LOG_') ? [] : [level]),
    ...(FACILITIES.includes(facility.replace(/^LOG_/, '')) && facility.startsWith('LOG_') ? [] : [facility]),
    ...words.filter((word) => FLAGS[word] === undefined),
  ];
  for (const word of unknown) log.error({ word }, 'syslog has no such attribute');
  if (unknown.length > 0) return undefined;
  if (typeof tag !== 'string') log.error({}, 'tag must be a string');
  else if (tag.length > TAG_CHARS_MAX) log.error({ tag }, `tag size is limited to ${TAG_CHARS_MAX} characters`);
  else return { priority: `${facility.slice(4)}.${level.slice(4)}`.toLowerCase(), tag, flags: words.flatMap((word) => FLAGS[word] ?? []) };
  return undefined;
}

async function send(ret: Readonly<PlainMap>, ctx: ReturnerContext): Promise<void> {
  const sending = sendingOf(ctx);
  if (sending === undefined) return;
  const logger = await ctx.sys.which('logger');
  if (logger === undefined) throw new CommandNotFoundError('syslog: the program logger is not installed');
  const text = pythonJson(ret, { indent: null, sortKeys: false });
  if (text === undefined) throw new CommandExecutionError('syslog: a key is neither text nor number, JSON cannot have it');
  const run = (more: readonly string[]) => ctx.sys.run([logger, '-p', sending.priority, '-t', sending.tag, ...sending.flags, ...more], { stdin: `${text}\n`, signal: ctx.signal });
  const first = await run(SIZE);
  const done = first.code === 0 ? first : await run([]);
  if (done.code !== 0) throw new CommandExecutionError(`logger ended with ${done.code}: ${Buffer.from(done.stderr).toString('utf8').trim().slice(0, 200)}`);
}

export default defineReturner({
  name: 'syslog_return',
  serves: 'syslog',
  doc: 'Sends results to syslog as JSON, through the program `logger`.',
  options: {
    level: { doc: 'a level of syslog', default: 'LOG_INFO' },
    facility: { doc: 'a facility of syslog', default: 'LOG_USER' },
    tag: { doc: 'name before each line; salt-minion when it is not set' },
    options: { doc: 'a list of LOG_PID, LOG_PERROR, LOG_CONS, LOG_NDELAY, LOG_NOWAIT', default: [] },
  },
  returner: send,
  prepJid: (_nocache, passedJid) => passedJid ?? newJid(),
});
