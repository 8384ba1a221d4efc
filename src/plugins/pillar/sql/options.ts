/** Where a database is, from the options of the master. */
import { isMap, mapGet, type PlainMap, type Value } from '../../../kernel/std/value.js';

export interface ServerOptions {
  readonly host: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly port: number;
  readonly socket: string | undefined;
}

/** Source: read, Salt 3008.3: the map `postgres` (or `mysql`), each value with a default. */
export function serverOptions(opts: Readonly<PlainMap>, name: string, port: number): ServerOptions {
  const section = opts[name];
  const value = (key: string): Value | undefined => (isMap(section) ? mapGet(section, key) : undefined);
  const socket = value('unix_socket');
  return {
    host: String(value('host') ?? 'localhost'), user: String(value('user') ?? 'salt'), password: String(value('pass') ?? 'salt'),
    database: String(value('db') ?? 'salt'), port: Number(value('port') ?? port), socket: typeof socket === 'string' && socket !== '' ? socket : undefined,
  };
}
