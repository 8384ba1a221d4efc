/**
 * Numbers of a result as metrics of Graphite: `FUNCTION.MINION.KEY.KEY`, in both forms that carbon reads.
 *
 * Source: the documentation of Salt 3006. Differs: what would be several words or steps in a path is not: blanks, `/` and dots in ids become `_`.
 */
import { floatOf, isMap, mapEntries, type Value } from '../../../kernel/std/value.js';
import { str } from '../../../kernel/std/python-text.js';

export interface Metric {
  readonly path: string;
  readonly value: number;
}

export interface Metrics {
  readonly metrics: readonly Metric[];
  /** Paths of what is no number. */
  readonly others: readonly string[];
}

const FLOAT = /^\s*[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?\s*$/i;

/** Functions of `virt` have no id in their path: machines move from host to host. */
export function metricsOf(fun: string, id: string, value: Value): Metrics {
  const metrics: Metric[] = [];
  const others: string[] = [];
  const walk = (path: string, part: Value): void => {
    if (isMap(part)) {
      for (const [key, below] of mapEntries(part)) walk(`${path}.${step(str(key))}`, below);
      return;
    }
    const number = numberOf(part);
    if (number === undefined) others.push(path);
    else metrics.push({ path, value: number });
  };
  walk(fun.startsWith('virt.') ? fun : `${fun}.${step(id).replaceAll('.', '_')}`, value);
  return { metrics, others };
}

const step = (text: string): string => text.replace(/[\s/]+/g, '_');

/** As `float()` of Python reads it, of what a metric can be. */
function numberOf(value: Value): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  const read = typeof value === 'string' ? (FLOAT.test(value) ? Number(value.replaceAll('_', '')) : Number.NaN) : value === null || typeof value === 'object' ? Number.NaN : Number(value);
  const number = typeof value === 'object' && value !== null && 'value' in value ? Number(value) : read;
  return Number.isFinite(number) ? number : undefined;
}

/** Lines `path value time`. */
export const plainText = (metrics: readonly Metric[], seconds: number): string => metrics.map(({ path, value }) => `${path} ${str(floatOf(value))} ${seconds}\n`).join('');

/** A list of `(path, (time, value))` as Python pickles it (protocol 2), with its length before. */
export function pickled(metrics: readonly Metric[], seconds: number): Buffer {
  const items = metrics.map(({ path, value }) => {
    const name = Buffer.from(path, 'utf8');
    const head = Buffer.alloc(5);
    head.write('X', 'latin1');
    head.writeUInt32LE(name.length, 1);
    return Buffer.concat([head, name, float(seconds), float(value), Buffer.from([TUPLE2, TUPLE2])]);
  });
  const body = Buffer.concat([Buffer.from([PROTO, 2, EMPTY_LIST, MARK]), ...items, Buffer.from([APPENDS, STOP])]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

const [PROTO, EMPTY_LIST, MARK, TUPLE2, APPENDS, STOP, BINFLOAT] = [0x80, 0x5d, 0x28, 0x86, 0x65, 0x2e, 0x47] as const;

function float(value: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = BINFLOAT;
  bytes.writeDoubleBE(value, 1);
  return bytes;
}
