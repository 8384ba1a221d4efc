/**
 * Built-in plugins that are part of the running file: where the build joins a program to one file, importing theirs would load
 * everything they share with it a second time, and its classes would be others.
 */
import type { Plugin } from '../contract/plugin.js';

type Load = () => Promise<{ readonly default: Plugin }>;

const linked = new Map<string, Load>();

/** Called by the entry that the build writes (`scripts/lib/link-program.mjs`). `<kind>/<name>` of each. */
export function linkPlugins(plugins: Readonly<Record<string, unknown>>): void {
  for (const [name, load] of Object.entries(plugins)) linked.set(name, load as Load);
}

export function linkedPlugin(kind: string, name: string): Load | undefined {
  return linked.get(`${kind}/${name}`);
}
