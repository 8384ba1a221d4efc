/** Under what conditions figures were taken. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release } from 'node:os';
import { say } from './table.js';

export function sayConditions(): void {
  const load = loadavg().map((value) => value.toFixed(1)).join(', ');
  const distribution = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  say(`\nConditions: ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), load ${load} when it began, ${distribution}, Linux ${release()}, Node ${process.versions.node}`);
  if ((loadavg()[0] ?? 0) > availableParallelism() / 2) say('The machine is busy with other work: take ratios and CPU times, not wall times.');
}
