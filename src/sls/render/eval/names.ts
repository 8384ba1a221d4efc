/** Which names a piece of a template mentions: macros take `varargs`, `kwargs` and `caller` only when they use them. */

/** True when a block within sees the variables around it. */
export function hasScopedBlock(nodes: unknown): boolean {
  if (Array.isArray(nodes)) return nodes.some(hasScopedBlock);
  if (typeof nodes !== 'object' || nodes === null || nodes instanceof Map) return false;
  const node = nodes as Readonly<Record<string, unknown>>;
  return (node['kind'] === 'block' && node['scoped'] === true) || Object.values(node).some(hasScopedBlock);
}

/** True when one of the nodes, or a node within, is the name. */
export function mentions(nodes: unknown, name: string): boolean {
  if (Array.isArray(nodes)) return nodes.some((node) => mentions(node, name));
  if (typeof nodes !== 'object' || nodes === null || nodes instanceof Map) return false;
  const node = nodes as Readonly<Record<string, unknown>>;
  if (node['kind'] === 'name' && node['name'] === name) return true;
  if (node['kind'] === 'const' || node['kind'] === 'text' || node['kind'] === 'block') return false;
  return Object.values(node).some((child) => mentions(child, name));
}
