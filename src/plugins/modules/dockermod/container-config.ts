/** What a new container shall be, from options as people write them to the body of the API. Source: read, Salt 3006; Docker Engine API 1.41. */
import type { Context } from '../../../kernel/contract/context.js';
import { InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { splitWords } from '../../../kernel/sys/shell-words.js';
import { failureWithInfo } from '../pkg/failure.js';
import { CONTAINER_OPTIONS, OPTION_ALIASES, type OptionKind } from './container-options.data.js';
import { address, bytes, flag, labels, map, namedParts, pairs, repacked, split, textPairs, texts, whole } from './forms.js';
import { openPorts, portBindings } from './ports.js';

export interface Translation {
  /** Names of options that are taken as the API has them; True: all. */
  readonly skip_translate: Value;
  readonly ignore_collisions: Value;
  readonly validate_ip_addrs: Value;
}

const sets = (keys: readonly string[]): PlainMap => Object.fromEntries(keys.map((key) => [key, {}]));
const joined = (value: Value, delimiter: string): string[] => Object.entries(pairs(value, delimiter)).map(([key, item]) => `${key}${delimiter}${str(item)}`);

function absolute(path: string): string {
  if (!path.startsWith('/')) throw new InvocationError(`'${path}' is not an absolute path`);
  return path;
}

function rates(value: Value, read: (rate: Value, path: string) => number): PlainMap[] {
  return namedParts(value, ['Path', 'Rate']).map(({ Path = '', Rate = '' }) => {
    if (!str(Path).startsWith('/')) throw new InvocationError(`Path '${str(Path)}' is not absolute`);
    return { Path, Rate: read(Rate, str(Path)) };
  });
}

function countRate(rate: Value, path: string): number {
  if (!/^\d+$/.test(str(rate))) throw new InvocationError(`Rate '${str(rate)}' for path '${path}' is non-numeric`);
  return Number(str(rate));
}

const device = (text: string): PlainMap => {
  const [PathOnHost = '', PathInContainer = PathOnHost, CgroupPermissions = 'rwm'] = split(text, ':');
  return { PathOnHost, PathInContainer, CgroupPermissions };
};

function restart(value: Value): PlainMap {
  const [policy, ...more] = namedParts(value, ['Name', 'MaximumRetryCount'], '0');
  if (policy === undefined || more.length > 0) throw new InvocationError('Only one policy is permitted');
  const count = policy['MaximumRetryCount'] ?? 0;
  if (!/^\d+$/.test(str(count))) throw new InvocationError(`Retry count '${str(count)}' is non-numeric`);
  return { ...policy, MaximumRetryCount: Number(str(count)) };
}

function ulimit(item: Value): PlainMap {
  if (isPlainMap(item)) return item;
  const [Name = '', limits] = split(str(item), '=', 2);
  if (limits === undefined) throw new InvocationError(`Ulimit definition '${str(item)}' is not in the format type=soft_limit[:hard_limit]`);
  const [soft = '', hard = soft] = split(limits, ':', 2);
  if (![soft, hard].every((text) => /^-?\d+$/.test(text))) throw new InvocationError(`Limit '${str(item)}' contains non-numeric value(s)`);
  return { Name, Soft: Number(soft), Hard: Number(hard) };
}

function user(value: Value): string {
  if (isList(value) || isPlainMap(value)) throw new InvocationError('Value must be a username or uid');
  if (/^-\d+$/.test(str(value))) throw new InvocationError(`'${str(value)}' is an invalid uid`);
  return str(value);
}

function binds(value: Value): string[] {
  if (!isPlainMap(value)) return texts(value);
  return Object.entries(value).map(([host, to]) => {
    const given = isPlainMap(to) ? to : { bind: to };
    const mode = isTruthy(given['mode']) ? str(given['mode'] ?? '') : isTruthy(given['ro']) ? 'ro' : 'rw';
    return `${host}:${str(given['bind'] ?? '')}:${mode}`;
  });
}

const KINDS: Readonly<Record<OptionKind, (value: Value, validate: boolean) => Value>> = {
  asIs: (value) => value,
  bool: flag,
  int: whole,
  text: str,
  bytes,
  list: texts,
  map,
  pairs: textPairs,
  labels,
  user,
  binds,
  command: (value) => (isList(value) ? value.map(str) : splitWords(str(value))),
  environment: (value) => joined(value, '='),
  links: (value) => joined(value, ':'),
  hosts: (value, validate) => Object.entries(pairs(value, ':')).map(([host, ip]) => `${host}:${validate && ip !== 'host-gateway' ? address(str(ip)) : str(ip)}`),
  addresses: (value, validate) => (validate ? texts(value).map(address) : texts(value)),
  path: (value) => absolute(str(value)),
  volumes: (value) => sets(texts(value).map(absolute)),
  ports: (value) => sets(openPorts(value)),
  portBindings,
  devices: (value) => (isList(value) ? value : texts(value)).map((item) => (isPlainMap(item) ? item : device(str(item)))),
  byteRates: (value) => rates(value, bytes),
  countRates: (value) => rates(value, countRate),
  weights: (value) => namedParts(value, ['Path', 'Weight']).map(({ Path = '', Weight = 0 }) => {
    if (!/^\d+$/.test(str(Weight))) throw new InvocationError(`Weight '${str(Weight)}' for path '${str(Path)}' is not an integer`);
    return { Path, Weight: Number(str(Weight)) };
  }),
  restart,
  ulimits: (value) => (isList(value) ? value : texts(value)).map(ulimit),
  logConfig: map,
};

interface Read {
  readonly config: PlainMap;
  readonly host: PlainMap;
}

/** Options of one meaning under one name; `log_driver` and `log_opt` are one option of the API. */
function underOneName(options: PlainMap, ignoreCollisions: boolean, collisions: string[]): PlainMap {
  const named: PlainMap = {};
  for (const [given, value] of Object.entries(options)) {
    const name = OPTION_ALIASES[given] ?? given;
    if (name !== given && options[name] !== undefined) {
      if (!ignoreCollisions) collisions.push(`'${given}' is an alias for '${name}', they cannot both be used`);
    } else if (value !== null) named[name] = value;
  }
  const { log_driver: driver, log_opt: opt, ...rest } = named;
  if (driver === undefined && opt === undefined) return rest;
  return { log_config: { Type: str(driver ?? 'none'), Config: opt === undefined ? {} : textPairs(repacked(opt)) }, ...rest };
}

function readOptions(options: PlainMap, { skip, validate }: { skip: (name: string) => boolean; validate: boolean }, invalid: PlainMap): Read & { readonly unknown: string[] } {
  const read: Read & { unknown: string[] } = { config: {}, host: {}, unknown: [] };
  for (const [name, value] of Object.entries(options)) {
    const option = CONTAINER_OPTIONS.get(name);
    if (option === undefined) {
      if (name !== 'host_config' && name !== 'detach') read.unknown.push(name);
      continue;
    }
    try {
      (option.isHost ? read.host : read.config)[option.api] = skip(name) ? value : KINDS[option.kind](option.kind === 'asIs' ? value : repacked(value), validate);
    } catch (error) {
      if (!(error instanceof InvocationError)) throw error;
      invalid[name] = error.message;
    }
  }
  return read;
}

/** Ports and folders that are bound are open, too. */
function opened({ config, host }: Read): PlainMap {
  const bound = isPlainMap(host['PortBindings'] ?? null) ? Object.keys(host['PortBindings'] as PlainMap) : [];
  const folders = isList(host['Binds'] ?? null) ? (host['Binds'] as Value[]).flatMap((bind) => split(str(bind), ':').slice(1, 2)) : [];
  return {
    ...bound.length === 0 ? {} : { ExposedPorts: { ...config['ExposedPorts'] as PlainMap | undefined, ...sets(bound) } },
    ...folders.length === 0 ? {} : { Volumes: { ...config['Volumes'] as PlainMap | undefined, ...sets(folders) } },
  };
}

/** The body of the API. @throws CommandExecutionError that tells every option which is wrong */
export function containerConfig(image: string, options: PlainMap, translation: Translation, ctx: Context): PlainMap {
  const [invalid, collisions]: [PlainMap, string[]] = [{}, []];
  const all = translation.skip_translate === true;
  const skipped = isTruthy(translation.skip_translate) && !all ? texts(translation.skip_translate) : [];
  const named = underOneName(options, isTruthy(translation.ignore_collisions), collisions);
  const read = readOptions(named, { skip: (name) => all || skipped.includes(name), validate: isTruthy(translation.validate_ip_addrs) }, invalid);
  if (read.host['PublishAllPorts'] === true && read.host['PortBindings'] !== undefined) invalid['port_bindings'] = 'Cannot be used when publish_all_ports=True';
  if (read.config['Hostname'] !== undefined && read.host['NetworkMode'] === 'host') invalid['hostname'] = 'Cannot be used when network_mode=True';
  const info: PlainMap = { ...Object.keys(invalid).length === 0 ? {} : { invalid }, ...collisions.length === 0 ? {} : { collisions } };
  if (Object.keys(info).length > 0) throw failureWithInfo('Failed to translate input', info);
  if (read.unknown.length > 0) ctx.log.warn({ options: read.unknown.toSorted() }, 'options of the container are not known and ignored');
  const detached = isTruthy(named['detach']);
  const stdin = read.config['OpenStdin'] === true && !detached;
  return {
    Image: image, AttachStdin: stdin, StdinOnce: stdin, AttachStdout: !detached, AttachStderr: !detached, ...read.config, ...opened(read),
    HostConfig: { ...read.host, ...isPlainMap(named['host_config'] ?? null) ? named['host_config'] as PlainMap : {} },
  };
}
