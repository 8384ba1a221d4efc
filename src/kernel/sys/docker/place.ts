/** Where a Docker or Podman service listens: `unix://`, `tcp://`, `http://`, `https://`. */
import type { RequestOptions } from 'node:http';
import { InvocationError } from '../../contract/errors.js';

export const DEFAULT_URL = 'unix:///var/run/docker.sock';
const DEFAULT_PORT = 2375;

export interface Place {
  readonly isSecure: boolean;
  readonly options: RequestOptions;
}

/** `unix:///run/podman/podman.sock`, also with two slashes as Salt writes it. `option` names the option for the error. @throws InvocationError */
export function placeOf(url: string, option = 'docker.url'): Place {
  const local = /^(?:http\+)?unix:\/\/\/*(.+)$/.exec(url);
  if (local !== null) return { isSecure: false, options: { socketPath: `/${local[1] ?? ''}`, host: 'localhost' } };
  const { protocol, hostname, port } = URL.canParse(url) ? new URL(url.replace(/^tcp:/, 'http:')) : { protocol: '', hostname: '', port: '' };
  if (protocol !== 'http:' && protocol !== 'https:') throw new InvocationError(`${option} has to begin with unix://, tcp://, http:// or https://, not '${url}'`);
  return { isSecure: protocol === 'https:', options: { host: hostname, port: port === '' ? DEFAULT_PORT : port } };
}
