/** What is known of containers, images, networks and volumes. Source: read, Salt 3006. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { isPlainMap, isTruthy, type PlainMap } from '../../../kernel/std/value.js';
import { DockerError } from '../../../kernel/sys/docker/client.js';
import { checkedImage, checkedName } from '../../../kernel/sys/docker/names.js';
import { askMap, withSizes } from './server.js';

export type State = 'paused' | 'running' | 'stopped';

/** The path of a container, its name checked; `/web` as the service tells names is taken, too. */
export const containerPath = (name: string, rest = ''): string => `/containers/${checkedName(name.replace(/^\//, ''), 'container')}${rest}`;
export const networkPath = (name: string, rest = ''): string => `/networks/${checkedName(name, 'network')}${rest}`;
export const volumePath = (name: string): string => `/volumes/${checkedName(name, 'volume')}`;
export const imagePath = (name: string, rest = ''): string => `/images/${checkedImage(name.replace(/^(sha256:)/, ''))}${rest}`;

export const inspectContainer = (name: string, ctx: Context): Promise<PlainMap> => askMap({ path: containerPath(name, '/json') }, ctx);
export const inspectNetwork = (name: string, ctx: Context): Promise<PlainMap> => askMap({ path: networkPath(name) }, ctx);
export const inspectVolume = (name: string, ctx: Context): Promise<PlainMap> => askMap({ path: volumePath(name) }, ctx);
export const inspectImage = async (name: string, ctx: Context): Promise<PlainMap> => withSizes(await askMap({ path: imagePath(name, '/json') }, ctx), ['Size', 'VirtualSize']);

const isMissing = (error: unknown): boolean => error instanceof DockerError && error.status === 404;

/** What is found, or undefined when the service says that there is no such thing. */
export async function found<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A container, else an image, a volume, a network of that name. Differs: Salt 3006 looks no further than containers, its test of the error is outdated. */
export async function inspectAny(name: string, ctx: Context): Promise<PlainMap> {
  for (const look of [inspectContainer, inspectImage, inspectVolume, inspectNetwork]) {
    try {
      const facts = await found(look(name, ctx));
      if (facts !== undefined) return facts;
    } catch (error) {
      // `library/web:1` can only be an image.
      if (!(error instanceof InvocationError)) throw error;
    }
  }
  throw new CommandExecutionError(`Error 404: No such image/container/volume/network: ${name}`);
}

export function stateOf(facts: PlainMap): State {
  const state = isPlainMap(facts['State'] ?? null) ? facts['State'] as PlainMap : {};
  return isTruthy(state['Paused']) ? 'paused' : isTruthy(state['Running']) ? 'running' : 'stopped';
}

export const containerState = async (name: string, ctx: Context): Promise<State> => stateOf(await inspectContainer(name, ctx));

export const part = (facts: PlainMap, name: string): PlainMap => (isPlainMap(facts[name] ?? null) ? facts[name] as PlainMap : {});
export const nameOf = (facts: PlainMap): string => String(facts['Name'] ?? '').replace(/^\/+/, '');
