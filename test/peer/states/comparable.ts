/** Returns of states without what differs from run to run. */
const TIMES = new Set(['duration', 'start_time']);

export function comparable(value: unknown, own: readonly string[] = []): unknown {
  if (typeof value === 'string') return withoutNames(value, own);
  if (Array.isArray(value)) return value.map((item) => comparable(item, own));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !TIMES.has(key))
    .map(([key, item]) => [withoutNames(key, own), key === 'pid' ? 'PID' : comparable(item, own)]));
}

function withoutNames(text: string, own: readonly string[]): string {
  const named = own.reduce((rest, name) => rest.replaceAll(name, 'OWN'), text);
  // Frames of Python and of ours.
  return named.replace(/Traceback \(most recent call last\):[^]*/, 'TRACEBACK')
    .replace(/(One or more requisite failed: )(.*)/, (_, head: string, names: string) => head + names.split(', ').sort().join(', '));
}
