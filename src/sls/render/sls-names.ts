/** `tplfile`, `slspath` and their sisters: what an SLS knows of its own place. Golden: render/core-context-vars*. */
import { posix } from 'node:path';
import type { PlainMap } from '../../kernel/std/value.js';

/** Variables of an SLS; `path` is its file on this machine. */
export function slsNames(sls: string, path: string | undefined): PlainMap {
  const asked = sls.replaceAll('.', '/').replace(/\/+$/, '');
  if (path === undefined || path === '') return pathNames(asked);
  const file = posix.normalize(path);
  const own = [`${asked}.sls`, `${asked}/init.sls`].find((ending) => file.endsWith(ending));
  if (sls !== '' && own === undefined) return { tplpath: path, tplfile: sls, tpldir: posix.dirname(sls) };
  const template = sls === '' ? posix.basename(file) : own as string;
  const folder = template.includes('/') ? template.slice(0, template.lastIndexOf('/')) : '';
  return { tplpath: path, tplfile: template, tpldir: folder === '' ? '.' : folder, tpldot: folder.replaceAll('/', '.'), ...pathNames(folder) };
}

function pathNames(path: string): PlainMap {
  return { slspath: path, slsdotpath: path.replaceAll('/', '.'), slscolonpath: path.replaceAll('/', ':'), sls_path: path.replaceAll('/', '_') };
}

/** What an imported file sees of its own place. */
export function importedNames(name: string, resolved: string, relative: boolean, before: string | undefined): { tplfile: string; tpldir: string; tpldot: string } {
  const folder = relative ? before ?? '' : posix.dirname(resolved) === '.' ? '' : posix.dirname(resolved);
  return { tplfile: relative ? name : resolved, tpldir: folder === '' ? '.' : folder, tpldot: folder.replaceAll('/', '.') };
}
