/**
 * Means of the figures that `iostat` prints.
 *
 * Source: read, Salt 3008.3.
 */
import type { Context } from '../../../kernel/contract/context.js';
import { PythonError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { floatOf, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { fields, needProgram, word } from '../lookup/programs.js';

/** Figures are counted in millionths. */
const SCALE_DIGITS = 6;
const SCALE = 10n ** BigInt(SCALE_DIGITS);

type Sample = readonly bigint[];

export async function iostat(ctx: Context, interval: Value, count: Value, disks: Value): Promise<Value> {
  await needProgram(ctx, 'iostat');
  if (ctx.grains['kernel'] !== 'Linux') return null;
  const names = disks === null ? [] : Array.isArray(disks) ? disks.map((disk: Value) => str(disk)) : fields(str(disks));
  const argv = ['iostat', disks === null ? '-x' : '-xd', word(interval, 'Interval'), word(count, 'Count'), ...names.map((name) => word(name, 'Disk'))];
  const output = str(await ctx.call('cmd.run_stdout', [argv], { output_loglevel: 'quiet', python_shell: false }));
  return readReport(output.split('\n'));
}

function readReport(lines: readonly string[]): PlainMap {
  const system: Sample[] = [];
  const devices = new Map<string, Sample[]>();
  let systemNames: string[] = [];
  let deviceNames: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line.startsWith('avg-cpu:')) {
      if (systemNames.length === 0) systemNames = fields(line).slice(1);
      system.push(fields(lines[++at] ?? '').map(figure));
    } else if (line.startsWith('Device:')) {
      if (deviceNames.length === 0) deviceNames = fields(line).slice(1);
      while (/^[\p{L}\p{N}]/u.test(lines[at + 1] ?? '')) {
        const [disk = '', ...figures] = fields(lines[++at] ?? '');
        devices.set(disk, [...devices.get(disk) ?? [], figures.map(figure)]);
      }
    }
  }
  const report: PlainMap = {};
  if (systemNames.length > 0) report['sys'] = means(systemNames, system);
  for (const [disk, samples] of devices) report[disk] = means(deviceNames, samples);
  return report;
}

function figure(text: string): bigint {
  const parts = /^([+-]?)(\d+)(?:\.(\d*))?$/.exec(text);
  if (parts === null) throw new PythonError('decimal.InvalidOperation', "[<class 'decimal.ConversionSyntax'>]");
  const [, sign, whole = '', fraction = ''] = parts;
  const millionths = BigInt(whole + fraction.slice(0, SCALE_DIGITS).padEnd(SCALE_DIGITS, '0'));
  return sign === '-' ? -millionths : millionths;
}

function means(names: readonly string[], samples: readonly Sample[]): PlainMap {
  const width = Math.min(names.length, ...samples.map((sample) => sample.length));
  return Object.fromEntries(names.slice(0, width).map((name, at) => [name, floatOf(mean(samples.map((sample) => sample[at] ?? 0n)))]));
}

/** Two digits, a half goes to the even neighbour, as Python's decimals do. */
function mean(values: readonly bigint[]): number {
  const sum = values.reduce((total, value) => total + value, 0n) * 100n;
  const divisor = SCALE * BigInt(values.length);
  const magnitude = sum < 0n ? -sum : sum;
  const [low, rest] = [magnitude / divisor, (magnitude % divisor) * 2n];
  const rounded = rest > divisor || (rest === divisor && low % 2n === 1n) ? low + 1n : low;
  return Number(sum < 0n ? -rounded : rounded) / 100;
}
