/** Room on disks, watched but not changed. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { roundFloat } from '../../kernel/std/python-number.js';
import { str } from '../../kernel/std/python-text.js';
import { floatOf, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';

interface Limit {
  readonly value: number | null;
  /** What is wrong with it. */
  readonly complaint: string;
}

/** A whole number, with or without its unit. */
function limitOf(name: string, given: Value, absolute: boolean): Limit {
  if (given === null) return { value: null, complaint: '' };
  const isText = typeof given === 'string';
  const text = isText ? given.replace(absolute ? /^[ KB]+/ : /^[ %]+/, '').replace(absolute ? /[ KB]+$/ : /[ %]+$/, '') : str(given);
  const number = isText ? (/^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : NaN) : Math.trunc(Number(given));
  if (Number.isNaN(number)) return { value: null, complaint: `${name} must be an integer ` };
  const isOutside = !absolute && (number < 0 || number > 100);
  return { value: number, complaint: isOutside ? `${name} must be in the range [0, 100] ` : '' };
}

interface Room {
  readonly used: number;
  readonly available: number;
  /** As it is shown. */
  readonly shown: (value: number) => string;
  readonly data: Value;
}

const ofMount = (facts: PlainMap, absolute: boolean): Room => {
  const [used, available] = absolute ? [Number(facts['used']), Number(facts['available'])] : [Number(str(facts['capacity'] ?? '').replace(/%+$/, '')), NaN];
  return { used, available: absolute ? available : 100 - used, shown: String, data: facts };
};

function ofPath(data: Value, path: string, absolute: boolean): Room {
  const facts = isPlainMap(data) && isPlainMap(data[path]) ? data[path] : {};
  const [total, available] = [Number(facts['total'] ?? 0), Number(facts['available'] ?? 0)];
  if (absolute) return { used: total - available, available, shown: String, data };
  if (total === 0) return { used: 0, available: 0, shown: String, data };
  const percent = (value: number): number => roundFloat((value / total) * 100, 1);
  return { used: percent(total - available), available: percent(available), shown: (value) => str(floatOf(value)), data };
}

interface Wish {
  readonly name: string;
  readonly maximum: Value;
  readonly minimum: Value;
  readonly absolute: boolean;
  readonly free: boolean;
}

const told = (name: string, result: boolean, comment: string, data: Value = {}): PlainMap => ({ name, result, comment, changes: {}, data });

function compared({ name, absolute, free }: Wish, minimum: number | null, maximum: number | null, room: Room): PlainMap {
  const unit = absolute ? 'KB' : '%';
  const now = free ? room.available : room.used;
  const outside = (side: string, limit: number): PlainMap => told(name, false, `Disk ${free ? 'available' : 'used'} space is ${side} of ${limit} ${unit} at ${room.shown(now)} ${unit}`, room.data);
  if (minimum !== null && now < minimum) return outside('below minimum', minimum);
  if (maximum !== null && now > maximum) return outside('above maximum', maximum);
  return told(name, true, 'Disk used space in acceptable range', room.data);
}

async function status(wish: Wish, ctx: Context): Promise<PlainMap> {
  const { name, absolute } = wish;
  const [maximum, minimum] = [limitOf('maximum', wish.maximum, absolute), limitOf('minimum', wish.minimum, absolute)];
  const isCrossed = minimum.value !== null && maximum.value !== null && minimum.value >= maximum.value;
  const complaint = `${maximum.complaint}${minimum.complaint}${isCrossed ? 'minimum must be less than maximum ' : ''}`;
  if (complaint !== '') return told(name, false, complaint);
  const mounts = await ctx.call('disk.usage');
  const mount = isPlainMap(mounts) && Object.hasOwn(mounts, name) ? mounts[name] : undefined;
  if (isPlainMap(mount)) return compared(wish, minimum.value, maximum.value, ofMount(mount, absolute));
  const found = await ctx.sys.fs.stat(name).catch(() => undefined);
  if (found?.isDirectory() !== true) return told(name, false, `Disk mount ${name} not present. Directory ${name} does not exist or is not a directory`);
  return compared(wish, minimum.value, maximum.value, ofPath(await ctx.call('status.diskusage', [name]), name, absolute));
}

export default defineState({
  name: 'disk',
  doc: 'Room on disks, watched but not changed.',
  functions: {
    status: fn({
      doc: 'Say whether the used room of a mount or a folder lies between two values, in percent; absolute=True in KB, free=True of the room that is free.',
      params: { name: p.string(), maximum: p.any(null), minimum: p.any(null), absolute: p.bool(false), free: p.bool(false) },
      run: status,
    }),
  },
});
