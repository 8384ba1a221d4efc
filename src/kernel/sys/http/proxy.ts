/** Ways to a server over a proxy (`proxy_host`): a tunnel for https, the whole address for http. */
import { request as httpRequest, type RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import { connect } from 'node:tls';

export interface HttpProxy {
  readonly host: string;
  readonly port: number;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

const login = ({ username, password }: HttpProxy): Record<string, string> => (username === undefined || password === undefined ? {}
  : { 'Proxy-Authorization': `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` });

/** How a request is made so that it goes over the proxy. */
export async function overProxy(url: URL, proxy: HttpProxy, secure: object, signal: AbortSignal): Promise<RequestOptions & { proxyHeaders?: Record<string, string> }> {
  if (url.protocol === 'http:') return { hostname: proxy.host, port: proxy.port, path: url.href, proxyHeaders: { Host: url.host, ...login(proxy) } };
  const socket = await tunnel(`${url.hostname}:${url.port === '' ? '443' : url.port}`, proxy, signal);
  return { agent: false, createConnection: () => connect({ ...secure, socket, servername: url.hostname }) };
}

function tunnel(target: string, proxy: HttpProxy, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest({ host: proxy.host, port: proxy.port, method: 'CONNECT', path: target, headers: { Host: target, ...login(proxy) }, signal, agent: false });
    asked.on('connect', (response, socket) => {
      if (response.statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new Error(`Tunnel connection failed: ${response.statusCode ?? 0} ${response.statusMessage ?? ''}`));
    });
    asked.on('error', reject);
    asked.end();
  });
}
