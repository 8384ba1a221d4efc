/** Certificates of the server: read at the start, and again when their files change or the service is told to. */
import { readFileSync, statSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import { ConfigError } from '../../kernel/config/config-error.js';
import type { Logger } from '../../kernel/contract/log.js';
import { asError } from '../../kernel/std/async.js';
import type { TlsFiles } from '../options.js';

/** @throws ConfigError */
export function readTls({ certificate, key, chain, clientCa }: TlsFiles): ServerOptions {
  const chained = chain === undefined ? read(certificate) : Buffer.concat([read(certificate), Buffer.from('\n'), read(chain)]);
  return { cert: chained, key: read(key), minVersion: 'TLSv1.2', ...(clientCa === undefined ? {} : { ca: read(clientCa), requestCert: true, rejectUnauthorized: true }) };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new ConfigError(`Could not find a certificate: ${path}. tsalt-call --local tls.create_self_signed_cert makes one`, { cause });
  }
}

const LOOK_EACH_MS = 10_000;

/** Gives new certificates to `renew`; ones that cannot be read leave the old ones in use. */
export function watchTls(files: TlsFiles, renew: (tls: ServerOptions) => void, log: Logger): Disposable & { readonly reread: () => void } {
  const paths = [files.certificate, files.key, files.chain, files.clientCa].filter((path) => path !== undefined);
  const seen = (): string => paths.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0).join();
  let last = seen();
  const reread = (): void => {
    last = seen();
    try {
      renew(readTls(files));
      log.info({}, 'certificates read anew');
    } catch (error) {
      log.error({ reason: asError(error).message }, 'certificates cannot be read: the old ones stay');
    }
  };
  const timer = setInterval(() => {
    if (seen() !== last) reread();
  }, LOOK_EACH_MS);
  timer.unref();
  return { reread, [Symbol.dispose]: () => clearInterval(timer) };
}
