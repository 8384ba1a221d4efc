/**
 * Full name of an SLS that another one includes: `.b` beside it, `..b` one folder up. Undefined when that leaves the tree.
 * `source` of the including file says whether it is the `init.sls` of its folder. Source: golden states/include-extend-exclude.
 */
export function relativeSls(name: string, from: string, source: string): string | undefined {
  const dots = /^\.*/.exec(name)?.[0].length ?? 0;
  if (dots === 0) return name;
  const parts = from.split('.');
  if (source.endsWith('/init.sls')) parts.push('init');
  return dots > parts.length ? undefined : [...parts.slice(0, -dots), name.slice(dots)].join('.');
}
