/** What a command line of `tsalt-swarm` asks for, checked. */
import { isIP } from 'node:net';
import { parseMinionId } from '../../kernel/contract/job.js';
import { UsageError, type ParsedLine } from '../parsed-line.js';

export interface SwarmRequest {
  readonly host: string;
  readonly requestPort: number;
  readonly publishPort: number | undefined;
  readonly count: number;
  readonly prefix: string;
  readonly seed: string | undefined;
  readonly durationMs: number;
  readonly timeoutMs: number;
  readonly atOnce: number;
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly returnBytes: number;
  readonly delayMs: number;
  readonly eventsPerSecond: number;
  readonly pillarsPerSecond: number;
  readonly stormEveryMs: number;
}

const COUNT_MAX = 100_000;
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
const RATE_MAX = 1_000_000;
const SECONDS_MAX = 30 * 24 * 3600;
const HOST = /^[\w.-]{1,253}$/;

/** @throws UsageError */
export function swarmRequest({ values, words }: ParsedLine): SwarmRequest {
  if (words.length > 0) throw new UsageError(`there are no arguments, but '${words[0] ?? ''}' was given`);
  const number = (dest: string, flag: string, from: number, to: number): number => {
    const value = Number(values[dest]);
    if (!(value >= from && value <= to)) throw new UsageError(`option ${flag}: ${from} to ${to} is allowed, not ${String(values[dest])}`);
    return value;
  };
  const seconds = (dest: string, flag: string): number => Math.round(number(dest, flag, 0, SECONDS_MAX) * 1000);
  const host = String(values['master']);
  if (isIP(host) === 0 && !HOST.test(host)) throw new UsageError(`option -m: '${host}' is no address`);
  const prefix = String(values['prefix']);
  if (parseMinionId(`${prefix}1`) === undefined) throw new UsageError(`option --prefix: '${prefix}' cannot begin the id of a minion`);
  const given = (dest: string): boolean => values[dest] !== undefined && values[dest] !== null;
  return {
    host, prefix,
    requestPort: number('ret_port', '--ret-port', 1, 65_535),
    publishPort: given('publish_port') ? number('publish_port', '--publish-port', 1, 65_535) : undefined,
    count: number('number', '-n', 1, COUNT_MAX),
    seed: given('seed') ? String(values['seed']) : undefined,
    durationMs: seconds('duration', '-d'),
    timeoutMs: Math.max(1, seconds('timeout', '-t')),
    atOnce: number('at_once', '--at-once', 1, COUNT_MAX),
    isJson: values['out'] === 'json', isQuiet: values['quiet'] === true,
    returnBytes: number('answer_bytes', '--answer-bytes', 0, ANSWER_BYTES_MAX),
    delayMs: number('answer_delay', '--answer-delay', 0, 3_600_000),
    eventsPerSecond: number('events', '--events', 0, RATE_MAX),
    pillarsPerSecond: number('pillars', '--pillars', 0, RATE_MAX),
    stormEveryMs: seconds('storm', '--storm'),
  };
}
