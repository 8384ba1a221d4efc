/** The lines of IRC: read into their parts, and written so that nothing in a text can become a second line. Source: RFC 1459 and 2812. */
const LINE_BYTES_MAX = 510;

export interface IrcLine {
  /** Of the sender: `nick!user@host`, or a server. */
  readonly nick: string;
  readonly host: string;
  readonly command: string;
  readonly params: readonly string[];
}

export function readIrcLine(line: string): IrcLine {
  const [, prefix = '', rest = ''] = /^(?:@\S+ +)?(?::(\S+) +)?([^]*)$/.exec(line) ?? [];
  const at = rest.indexOf(' :');
  const words = (at < 0 ? rest : rest.slice(0, at)).split(' ').filter((word) => word !== '');
  const [command = '', ...params] = words;
  const [, nick = '', host = ''] = /^([^!@]*)(?:![^@]*)?(?:@(.*))?$/.exec(prefix) ?? [];
  return { nick, host, command: command.toUpperCase(), params: at < 0 ? params : [...params, rest.slice(at + 2)] };
}

/** `text`, if given, is the last parameter and may have spaces. */
export function ircLine(words: readonly string[], text?: string): string {
  const line = [...words, ...(text === undefined ? [] : [`:${text}`])].join(' ').replace(/[\r\n\0]+/g, ' ');
  // Cut at a whole character.
  const bytes = Buffer.from(line).subarray(0, LINE_BYTES_MAX);
  return `${bytes.toString('utf8').replace(/\ufffd+$/, '')}\r\n`;
}
