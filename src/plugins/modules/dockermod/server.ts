/** Asks the container service that the configuration names. */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { floatOf, isInteger, isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { DockerClient, type Asking } from '../../../kernel/sys/docker/client.js';
import { DEFAULT_URL } from '../../../kernel/sys/docker/place.js';

/** As long as docker-py waits. */
export const CLIENT_SECONDS = 60;

export type Question = Omit<Asking, 'signal' | 'silenceMs'> & {
  /** How long the service may be silent; 0: as long as the job lives. */
  readonly seconds?: number;
};

export async function openClient(ctx: Context): Promise<DockerClient> {
  const option = async (name: string): Promise<string> => str(await ctx.call('config.option', [name, '']));
  const url = await option('docker.url') || (ctx.sys.env['DOCKER_HOST'] ?? '') || DEFAULT_URL;
  const version = await option('docker.version');
  return new DockerClient(url, version === 'auto' ? '' : version);
}

export const asking = ({ seconds = CLIENT_SECONDS, ...question }: Question, ctx: Context): Asking => ({ ...question, silenceMs: seconds * 1000, signal: ctx.signal });

/** @throws DockerError in the words of the service */
export async function ask(question: Question, ctx: Context): Promise<Value> {
  return (await openClient(ctx)).ask(asking(question, ctx));
}

/** An answer that is a map. */
export async function askMap(question: Question, ctx: Context): Promise<PlainMap> {
  const answer = await ask(question, ctx);
  return isPlainMap(answer) ? answer : {};
}

/** An answer that is a list of maps. */
export async function askRows(question: Question, ctx: Context): Promise<PlainMap[]> {
  const answer = await ask(question, ctx);
  return isList(answer) ? answer.filter(isPlainMap) : [];
}

/** Filters as the API has them: lists of texts. */
export function filterQuery(filters: Value): Record<string, string> {
  if (!isPlainMap(filters) || Object.keys(filters).length === 0) return {};
  const listed = Object.entries(filters).map(([name, value]) => [name, (isList(value) ? value : [value]).map((item) => (typeof item === 'boolean' ? String(item) : str(item)))]);
  return { filters: JSON.stringify(Object.fromEntries(listed)) };
}

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** A number of bytes for people. */
export function sizeText(size: Value): string {
  let number = isInteger(size) ? Number(size) : Number.NaN;
  if (Number.isNaN(number)) return 'unknown';
  if (number < 1024) return `${number} bytes`;
  for (const unit of UNITS) {
    number /= 1024;
    if (number < 1024) return `${number.toFixed(1)} ${unit}`;
  }
  return 'unknown';
}

export const withSizes = (facts: PlainMap, names: readonly string[]): PlainMap =>
  Object.fromEntries([...Object.entries(facts), ...names.filter((name) => facts[name] !== undefined).map((name) => [`${name}_Human`, sizeText(facts[name] ?? null)])]);

const two = (number: number): string => String(number).padStart(2, '0');

/** A time in seconds since 1970, in the zone of this machine. */
export function localTime(unixSeconds: Value): string {
  const at = new Date(Number(unixSeconds) * 1000);
  const zone = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())} ${zone}`;
}

/** Facts of a list under Salt's names: when it was made for programs and for people. */
export function timed(facts: PlainMap): PlainMap {
  const { Created, ...rest } = facts;
  return Created === undefined ? rest : { ...rest, Time_Created_Epoch: Created, Time_Created_Local: localTime(Created) };
}

/** Seconds for people and programs, as Salt tells how long something took. */
export function elapsedSince(startedMs: number, ctx: Context): Value {
  return floatOf((ctx.sys.now() - startedMs) / 1000);
}

export const truthy = (options: PlainMap, name: string): boolean => isTruthy(options[name] ?? null);
