import type { RenderPlace } from './contract.js';

/** A text as its author knows it: `salt://web/init.sls`. */
export function sourceName(place: RenderPlace): string {
  const { source, sls = '', path } = place;
  if (source !== undefined || sls === '') return source ?? path ?? 'template';
  const own = sls.replaceAll('.', '/');
  return `salt://${own}${path?.endsWith(`/${own}/init.sls`) === true ? '/init' : ''}.sls`;
}
