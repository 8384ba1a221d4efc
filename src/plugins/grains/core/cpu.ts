/** Grains `num_cpus`, `cpu_model`, `cpu_flags` of `/proc/cpuinfo`. */
import type { PlainMap } from '../../../kernel/std/value.js';

/** A key of the file to the grains it sets; later lines win. Source: read, Salt 3008.3. */
const READERS: Readonly<Record<string, (value: string, grains: PlainMap) => void>> = {
  processor: (_value, grains) => void (grains['num_cpus'] = Number(grains['num_cpus']) + 1),
  // IBM S390.
  '# processors': (value, grains) => void (grains['num_cpus'] = Number.parseInt(value, 10)),
  vendor_id: (value, grains) => void (grains['cpu_model'] = value),
  'model name': (value, grains) => void (grains['cpu_model'] = value),
  // POWER.
  cpu: (value, grains) => void (grains['cpu_model'] = value),
  flags: (value, grains) => void (grains['cpu_flags'] = wordsOf(value)),
  // ARM.
  Features: (value, grains) => void (grains['cpu_flags'] = wordsOf(value)),
  Processor: (value, grains) => {
    grains['cpu_model'] = value.split('-')[0] ?? '';
    grains['num_cpus'] = 1;
  },
};

const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

export function cpuGrains(cpuinfo: string | undefined): PlainMap {
  const grains: PlainMap = { num_cpus: 0 };
  for (const line of (cpuinfo ?? '').split('\n')) {
    const [key, value] = line.split(':');
    if (key === undefined || value === undefined) continue;
    const name = key.trim();
    if (Object.hasOwn(READERS, name)) READERS[name]?.(value.trim(), grains);
  }
  grains['cpu_model'] ??= 'Unknown';
  grains['cpu_flags'] ??= [];
  return grains;
}
