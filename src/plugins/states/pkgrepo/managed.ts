/** A source of packages that is configured. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, TsaltError } from '../../../kernel/contract/errors.js';
import { done, failed } from '../../../kernel/contract/state.js';
import { isTrue } from '../../../kernel/std/is-true.js';
import { str } from '../../../kernel/std/python-text.js';
import { equalValues, isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { expandSource } from '../../../kernel/sys/apt/expand-source.js';
import { saltenvOf } from '../outcome/saltenv.js';
import { sameSource } from './same.js';

export interface Asked {
  readonly name: string;
  readonly ppa: Value;
  readonly copr: Value;
  readonly aptkey: boolean;
  readonly kwargs: PlainMap;
}

interface Source {
  /** As the package module names it. */
  readonly repo: string;
  readonly kwargs: PlainMap;
}

const familyOf = (ctx: Context): string => str(ctx.grains['os_family'] ?? '');

/** What contradicts itself; most of it does not keep Salt from going on. */
function contradiction(kwargs: PlainMap): boolean {
  const byId = 'keyid' in kwargs || 'keyserver' in kwargs;
  return ('key_url' in kwargs && byId) || ('key_text' in kwargs && byId) || ('key_text' in kwargs && 'key_url' in kwargs);
}

function sourceOf({ name, ppa, copr, kwargs: given }: Asked, ctx: Context): Source | { readonly problem: string } {
  const { enabled: asked = null, disabled = null, allow_insecure_key: insecure = true, ...kwargs } = given;
  if (asked !== null && disabled !== null) return { problem: 'Only one of enabled/disabled is allowed' };
  if (str(kwargs['key_url'] ?? '').trim().startsWith('http:')) {
    if (!isTruthy(insecure)) return { problem: "Cannot have 'key_url' using http with 'allow_insecure_key' set to True" };
    ctx.log.warn({}, 'a key that is fetched over http can be exchanged on its way');
  }
  const isOn = disabled === null ? asked === null || isTrue(asked) : !isTrue(disabled);
  kwargs['name'] = name;
  switch (familyOf(ctx)) {
    case 'Debian': return { repo: ppa === null ? name : `ppa:${str(ppa)}`, kwargs: { ...kwargs, disabled: !isOn } };
    case 'RedHat': case 'Suse': {
      const { humanname, ...rest } = kwargs;
      const repo = familyOf(ctx) === 'RedHat' && copr !== null ? `copr:${str(copr)}` : name;
      return { repo, kwargs: { ...rest, ...(humanname === undefined ? {} : { name: humanname }), enabled: isOn } };
    }
    default: return { repo: name, kwargs };
  }
}

/** True when the file of the source has to be emptied: other lines stand in it. */
async function hasOtherLines({ name, kwargs }: { name: string; kwargs: PlainMap }, ctx: Context): Promise<boolean> {
  const file = str(kwargs['file'] ?? '');
  if (!isTruthy(kwargs['clean_file'] ?? false) || file === '') return false;
  const text = await ctx.sys.readText(file) ?? '';
  return text.split('\n').map((line) => line.trim()).some((line) => line !== '' && !line.startsWith('#') && line !== name.trim());
}

export async function managed(asked: Asked, ctx: Context): Promise<PlainMap> {
  const { name } = asked;
  if (!await ctx.has('pkg.get_repo')) return failed(name, 'Repo management not implemented on this platform');
  if ('repo' in asked.kwargs) {
    return failed(name, "'repo' is not a supported argument for this state. The 'name' argument is probably what was intended.");
  }
  const source = sourceOf(asked, ctx);
  if ('problem' in source) return failed(name, source.problem);
  const { repo, kwargs } = source;
  const known = await examine(source, ctx);
  if ('problem' in known) return failed(name, `Failed to examine repo '${name}': ${known.problem}`);
  const before = known.found;
  const isDebian = familyOf(ctx) === 'Debian';
  const wanted = isDebian ? expandSource(repo, kwargs, ctx) : { ...kwargs };
  if (isTruthy(before) && !await hasOtherLines({ name, kwargs }, ctx)) {
    delete before['file'];
    delete wanted['file'];
    if (sameSource(wanted, before, kwargs['comments'], ctx)) return done(name, `Package repo '${name}' already configured`);
  }
  if (isDebian) moveAddress(kwargs, wanted, before);
  if (ctx.test) return foretold(name, wanted, before, contradiction(asked.kwargs) ? false : null);
  return configure(asked, source, { before, wanted }, ctx);
}

async function examine({ repo, kwargs }: Source, ctx: Context): Promise<{ readonly found: PlainMap } | { readonly problem: string }> {
  try {
    const found = await ctx.call('pkg.get_repo', [], { repo, ...kwargs });
    return { found: isPlainMap(found) ? { ...found } : {} };
  } catch (error) {
    if (error instanceof CommandExecutionError) return { problem: error.message };
    throw error;
  }
}

/** An address that differs has to be said to the package module. */
function moveAddress(kwargs: PlainMap, wanted: PlainMap, before: PlainMap): void {
  if (!('uri' in kwargs) && 'uri' in before && before['uri'] !== wanted['uri']) kwargs['uri'] = wanted['uri'] ?? null;
  const [first] = isList(wanted['uris']) ? wanted['uris'] : [];
  const known = before['uris'];
  if (!('uris' in kwargs) && isList(known) && first !== undefined && !known.includes(first)) kwargs['uris'] = wanted['uris'] ?? null;
}

function differences(keys: readonly string[], before: PlainMap, after: PlainMap): PlainMap {
  return Object.fromEntries(keys.filter((key) => !equalValues(before[key] ?? null, after[key] ?? null))
    .map((key) => [key, { new: after[key] ?? null, old: before[key] ?? null }]));
}

const CAUTION = 'This may cause pkg states to behave differently than stated if this action is repeated without test=True, due to the differences in the configured repositories.';

export const withCaution = (what: string): string => `${what} ${CAUTION}`;

function foretold(name: string, wanted: PlainMap, before: PlainMap, result: false | null): PlainMap {
  const changes = isTruthy(before) ? differences(Object.keys(wanted), before, wanted) : { repo: name };
  return { name, changes, result, comment: withCaution(`Package repo '${name}' would be configured.`) };
}

async function configure(
  { name, aptkey }: Asked, { repo, kwargs }: Source, { before, wanted }: { before: PlainMap; wanted: PlainMap }, ctx: Context,
): Promise<PlainMap> {
  try {
    if (isTruthy(kwargs['clean_file'] ?? false)) await ctx.sys.writeFile(str(kwargs['file'] ?? ''), '');
    const usesAptKey = aptkey && await ctx.sys.which('apt-key') !== undefined;
    await ctx.call('pkg.mod_repo', [repo], familyOf(ctx) === 'Debian' ? { saltenv: saltenvOf(ctx), aptkey: usesAptKey, ...kwargs } : kwargs);
  } catch (error) {
    if (!(error instanceof TsaltError)) throw error;
    return failed(name, `Failed to configure repo '${name}': ${error.message}`);
  }
  const known = await examine({ repo, kwargs }, ctx);
  if ('problem' in known) return failed(name, `Failed to confirm config of repo '${name}': ${known.problem}`);
  const changes = isTruthy(before) ? differences(Object.keys(wanted), before, known.found) : { repo };
  return done(name, `Configured package repo '${name}'`, changes);
}
