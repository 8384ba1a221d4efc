/** The tables of Salt's returners `postgres` (JSON as text) and `pgjsonb` (JSON as `jsonb`). */
import type { Dialect } from './job-tables.js';
import { openPostgres } from './postgres-session.js';

const COMMON = {
  quoted: (name: string) => name, textValue: '?::varchar', onConflict: 'ON CONFLICT (jid) DO UPDATE SET load = EXCLUDED.load', success: (isGood: boolean) => String(isGood),
} as const;

export const POSTGRES: Dialect = {
  ...COMMON, name: 'postgres', open: (ctx) => openPostgres(ctx, 'passwd'), jsonValue: '?::text', jsonText: (column) => column, storable: (json) => json,
};

/** An escaped NUL, before it no odd number of backslashes. */
const NUL = /(?<!\\)((?:\\\\)*)\\u0000/g;

export const PGJSONB: Dialect = {
  ...COMMON, name: 'pgjsonb', open: (ctx) => openPostgres(ctx, 'pass'), jsonValue: '?::jsonb', jsonText: (column) => `${column}::text`,
  // `jsonb` refuses NUL, and the whole value with it.
  storable: (json) => json.replace(NUL, '$1\\ufffd'),
};
