/** How a runner or wheel function takes its arguments, as reactions need to know it. */
import type { CatalogPort } from '../../kernel/contract/ports.js';
import { isList, type Value } from '../../kernel/std/value.js';
import type { ArgSpec } from './reaction-call.js';

/** Undefined when there is no such function. */
export async function argSpecOf(catalog: CatalogPort, client: 'runner' | 'wheel', fun: string): Promise<ArgSpec> {
  const spec = await catalog.argspec(client === 'runner' ? 'runners' : 'wheel', fun);
  if (spec === undefined) return undefined;
  const args = isList(spec['args'] ?? null) ? (spec['args'] as readonly Value[]).map(String) : [];
  const defaults = isList(spec['defaults'] ?? null) ? (spec['defaults'] as readonly Value[]).length : 0;
  return { args, required: args.length - defaults, takesKeywords: spec['kwargs'] !== null && spec['kwargs'] !== undefined };
}
