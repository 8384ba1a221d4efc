/** A source of packages as it would stand in the lists, with everything that can be said of it apart. Source: observed, Salt 3008.3. */
import type { Context } from '../../contract/context.js';
import { isTrue } from '../../std/is-true.js';
import { str } from '../../std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../std/value.js';
import { Deb822Source } from './deb822-source.js';
import { MAIN_LIST, OneLineSource } from './one-line-source.js';
import { isPpa, ppaLine } from './ppa.js';

const words = (value: Value | undefined): string[] => (isList(value) ? value.map(str) : str(value ?? '').split(',')).map((word) => word.trim());
const isAsked = (kwargs: PlainMap, name: string): boolean => Object.hasOwn(kwargs, name) && kwargs[name] !== null;

/** The line with what the arguments say in place of its own words. */
function changedLine(repo: string, kwargs: PlainMap): OneLineSource {
  const line = new OneLineSource(repo);
  if (isAsked(kwargs, 'architectures')) line.architectures = words(kwargs['architectures']);
  if (isAsked(kwargs, 'comps')) line.comps = words(kwargs['comps']);
  if (isAsked(kwargs, 'disabled')) line.disabled = isTrue(kwargs['disabled']);
  for (const name of ['uri', 'dist', 'signedby'] as const) if (isAsked(kwargs, name)) line[name] = str(kwargs[name] ?? '');
  return line;
}

const listOr = (value: Value | undefined, fallback: string): string[] => (isList(value) && value.length > 0 ? value.map(str) : [fallback]);

function paragraphOf(line: OneLineSource, file: string, kwargs: PlainMap): Deb822Source {
  const paragraph = new Deb822Source('', file);
  paragraph.types = listOr(kwargs['types'], line.type);
  paragraph.uris = listOr(kwargs['uris'], line.uri);
  paragraph.suites = listOr(kwargs['suites'], line.dist);
  paragraph.comps = line.comps;
  if (line.architectures.length > 0) paragraph.architectures = line.architectures;
  if (line.signedby !== '') paragraph.signedby = line.signedby;
  if (isAsked(kwargs, 'trusted')) paragraph.trusted = isTrue(kwargs['trusted']);
  return paragraph;
}

/** The line of what is known of it; options that mean something else are not kept. */
function lineOf(source: OneLineSource, kwargs: PlainMap): OneLineSource {
  const { type, uri, dist, comps, architectures, signedby } = source;
  const options = [
    ...(architectures.length > 0 ? [`arch=${architectures.join(',')}`] : []), ...(signedby === '' ? [] : [`signed-by=${signedby}`]),
    ...(isTruthy(kwargs['trusted'] ?? null) ? ['trusted=yes'] : []),
  ].join(' ');
  return new OneLineSource([type, options === '' ? '' : `[${options}]`, uri, dist, ...comps].filter((word) => word !== '').join(' '));
}

/** @throws InvocationError for a line that names no source */
export function expandSource(repo: string, kwargs: PlainMap, ctx: Context): PlainMap {
  const ppa = isPpa(repo, ctx);
  const [owner = '', name = ''] = repo.slice('ppa:'.length).split('/');
  const ppaFile = `/etc/apt/sources.list.d/${owner}-${name}-${str(ctx.grains['oscodename'] ?? '')}.list`;
  const file = isAsked(kwargs, 'file') ? str(kwargs['file'] ?? '') : ppa ? ppaFile : MAIN_LIST;
  const auth = Object.hasOwn(kwargs, 'ppa_auth') ? str(kwargs['ppa_auth'] ?? '') : undefined;
  const line = changedLine(ppa ? ppaLine(repo, auth, ctx) : repo, kwargs);
  const source = file.endsWith('.sources') ? paragraphOf(line, file, kwargs) : lineOf(line, kwargs);
  source.disabled = line.disabled;
  return {
    file, comps: [...source.comps], disabled: source.disabled, dist: source.dist, suites: [...source.suites], type: source.type, types: [...source.types],
    uri: source.uri, uris: [...source.uris], line: source.toString(), architectures: [...source.architectures], signedby: line.signedby,
  };
}
