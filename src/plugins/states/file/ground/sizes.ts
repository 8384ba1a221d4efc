/** Sizes as people write them. */
import { strip } from '../../../../kernel/std/python-space.js';
import { isNumber, type Value } from '../../../../kernel/std/value.js';

const UNITS = 'bkmgtpezy';
const KIBI = 1024;
const KILO = 1000;

/** Bytes of `10`, `2G`, `64KiB` (by 1024) or `30MB` (by 1000); 0 for what is no size. Source: read, Salt 3008.3. */
export function bytesOf(size: Value): number {
  if (isNumber(size)) return Number(size);
  const [, digits = '', unitGiven = ''] = /^([0-9.]*)\s*(.*)$/.exec(typeof size === 'string' ? strip(size) : '') ?? [];
  const unit = unitGiven.toLowerCase() || 'b';
  const value = /^(\d+\.?\d*|\.\d+)$/.test(digits) ? Number(digits) : Number.NaN;
  const isDecimal = /^[kmgtpezy]b$/.test(unit);
  if (Number.isNaN(value) || (!isDecimal && !/^(b|[kmgtpezy](ib)?)$/.test(unit))) return 0;
  return Math.trunc(value * (isDecimal ? KILO : KIBI) ** UNITS.indexOf(unit.charAt(0)));
}
