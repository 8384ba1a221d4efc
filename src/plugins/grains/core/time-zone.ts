/** The short name of the time zone now: `UTC`, `CEST`, `-03`. */
import type { Context } from '../../../kernel/contract/context.js';
import { bytesOf } from './look.js';

const ZONES = '/usr/share/zoneinfo';

/** Name and offset of standard time, and the name of summer time where there is one: `CET-1CEST,M3.5.0,M10.5.0/3`. */
const RULE = /^(<[^>]+>|[A-Za-z]+)([+-]?\d+(?::\d+)*)?(<[^>]+>|[A-Za-z]+)?/;

/** The name that a POSIX rule gives at an offset east of Greenwich. */
export function nameByRule(rule: string, offsetMinutes: number): string | undefined {
  const [, standard, west = '0', summer] = RULE.exec(rule) ?? [];
  if (standard === undefined) return undefined;
  const [hours = 0, minutes = 0] = west.replace(/^[+-]/, '').split(':').map(Number);
  const standardOffset = (hours * 60 + minutes) * (west.startsWith('-') ? 1 : -1);
  const name = summer === undefined || offsetMinutes === standardOffset ? standard : summer;
  return name.replace(/[<>]/g, '');
}

/** The rule for times after the last listed change, at the end of every zone file. Source: RFC 8536. */
export function ruleOfZoneFile(bytes: Buffer): string | undefined {
  if (bytes.subarray(0, 4).toString('latin1') !== 'TZif') return undefined;
  return /\n([^\n]*)\n$/.exec(bytes.toString('latin1'))?.[1];
}

/** Where the rule of TZ is: a zone file, or the text itself. */
async function ruleOf(ctx: Context, zone: string | undefined): Promise<string | undefined> {
  if (zone === '') return 'UTC0';
  const name = zone?.replace(/^:/, '');
  const path = name === undefined ? '/etc/localtime' : name.startsWith('/') ? name : `${ZONES}/${name}`;
  const bytes = path.split('/').includes('..') ? undefined : await bytesOf(ctx, path);
  return (bytes === undefined ? undefined : ruleOfZoneFile(bytes)) ?? name;
}

export async function zoneName(ctx: Context): Promise<string> {
  const rule = await ruleOf(ctx, ctx.sys.env['TZ']);
  return nameByRule(rule ?? 'UTC0', -new Date(ctx.sys.now()).getTimezoneOffset()) ?? 'UTC';
}
