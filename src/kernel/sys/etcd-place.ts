/** Where etcd is, by the names of Salt's options. */
import { str } from '../std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../std/value.js';
import type { EtcdPlace } from './etcd.js';

const PORT = 2379;

/** Options of a profile, or of the configuration and the pillar; those of a call go before. Source: read, Salt 3008.3. */
export function etcdPlace(options: Readonly<PlainMap>, given: Readonly<PlainMap> = {}): EtcdPlace {
  const text = (name: string): string | undefined => {
    const value: Value = isTruthy(given[name] ?? null) ? given[name] ?? null : options[`etcd.${name}`] ?? null;
    return isTruthy(value) ? str(value) : undefined;
  };
  return {
    host: text('host') ?? '127.0.0.1', port: Number(text('port') ?? PORT), username: text('username'), password: text('password'),
    ca: text('ca'), certificate: text('client_cert'), key: text('client_key'),
  };
}

export function etcdOptions(profile: string | null, opts: Readonly<PlainMap>, pillar: Readonly<PlainMap>): PlainMap {
  const master = isPlainMap(pillar['master']) ? pillar['master'] : {};
  const all: PlainMap = { ...master, ...pillar, ...opts };
  if (profile === null || profile === '') return all;
  const found = all[profile] ?? {};
  return isPlainMap(found) ? found : {};
}
