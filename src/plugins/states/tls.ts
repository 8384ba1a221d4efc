/** Watches that a certificate holds long enough. */
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed } from '../../kernel/contract/state.js';
import { PythonError } from '../../kernel/contract/errors.js';
import type { PlainMap } from '../../kernel/std/value.js';

const MS = 1000;
const DAY_SECONDS = 86_400;

/** A span of seconds as Python's `timedelta` is printed: `3 days, 4:05:06.000700`. */
function spanText(seconds: number): string {
  const microseconds = Math.round(seconds * MS * MS);
  const whole = Math.floor(microseconds / (MS * MS));
  const days = Math.floor(whole / DAY_SECONDS);
  const rest = whole - days * DAY_SECONDS;
  const two = (value: number): string => String(value).padStart(2, '0');
  const fraction = microseconds - whole * MS * MS;
  const clock = `${Math.floor(rest / 3600)}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}${fraction === 0 ? '' : `.${String(fraction).padStart(6, '0')}`}`;
  return days === 0 ? clock : `${days} day${Math.abs(days) === 1 ? '' : 's'}, ${clock}`;
}

interface Span {
  readonly weeks: number;
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}
const secondsOf = ({ weeks, days, hours, minutes, seconds }: Span): number => (weeks * 7 + days) * DAY_SECONDS + hours * 3600 + minutes * 60 + seconds;

function judged(name: string, info: PlainMap, span: Span, nowMs: number): PlainMap {
  const [from, to, now] = [Number(info['not_before']), Number(info['not_after']), nowMs / MS];
  if (now < from) return failed(name, 'Certificate is not yet valid');
  if (now > to) return failed(name, 'Certificate is expired');
  const [left, wanted] = [to - now, secondsOf(span)];
  if (left < wanted) return failed(name, `Certificate will expire in ${spanText(left)}, which is less than ${spanText(wanted)}`);
  return done(name, `Certificate is valid for ${spanText(left)}`);
}

export default defineState({
  name: 'tls',
  virtual: async (ctx) => (await ctx.has('tls.cert_info') ? true : 'tls module could not be loaded'),
  doc: 'Watches that a certificate holds long enough.',
  functions: {
    valid_certificate: fn({
      doc: 'Fail when a certificate does not hold, or does not for so long.',
      params: { name: p.string(), weeks: p.float(0), days: p.float(0), hours: p.float(0), minutes: p.float(0), seconds: p.float(0) },
      async run({ name, ...span }, ctx) {
        if (!name.includes('-----BEGIN') && !await ctx.sys.exists(name)) return failed(name, `[Errno 2] No such file or directory: '${name}'`);
        const info = await ctx.call('tls.cert_info', [name]);
        if (typeof info !== 'object' || info === null) throw new PythonError('TypeError', 'tls.cert_info gave no map');
        return judged(name, info as PlainMap, span, ctx.sys.now());
      },
    }),
  },
});
