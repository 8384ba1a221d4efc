/** One message of syslog, as network devices send it: RFC 3164, and RFC 5424 as far as its head goes. */

export interface SyslogMessage {
  readonly priority: number;
  readonly facility: number;
  readonly severity: number;
  /** As the device wrote it. */
  readonly time: string;
  readonly host: string;
  readonly program: string;
  readonly pid: string;
  /** Everything behind the name of the program. */
  readonly text: string;
}

const OLD = /^<(\d{1,3})>(?:\d+: )?\*?([A-Z][a-z]{2} {1,2}\d{1,2}(?: \d{4})? \d\d:\d\d:\d\d(?:\.\d+)?)(?: [A-Z]{3,4})?:? (?:([^\s:[\]]+) )?(?:([^\s:[\]]+)(?:\[(\d+)\])?: )?([^]*)$/;
const NEW = /^<(\d{1,3})>1 (\S+) (\S+) (\S+) (\S+) (\S+) (?:-|\[[^\]]{0,4000}\])+ ?([^]*)$/;
const PRIORITY_MAX = 191;
const TEXT_CHARS_MAX = 8192;

const nothing = (word: string | undefined): string => (word === undefined || word === '-' ? '' : word);

/** Undefined for what is no message. */
export function readSyslog(text: string): SyslogMessage | undefined {
  const raw = text.slice(0, TEXT_CHARS_MAX).trimEnd();
  const newer = NEW.exec(raw);
  const [, pri, time, host, program, pid, rest] = newer === null ? OLD.exec(raw) ?? [] : [newer[0], newer[1], newer[2], newer[3], newer[4], newer[5], `${nothing(newer[6])}${nothing(newer[6]) === '' ? '' : ': '}${newer[7] ?? ''}`];
  const priority = Number(pri);
  if (pri === undefined || priority > PRIORITY_MAX) return undefined;
  return {
    priority, facility: priority >> 3, severity: priority & 7, time: time ?? '', host: nothing(host), program: nothing(program), pid: nothing(pid), text: rest ?? '',
  };
}
