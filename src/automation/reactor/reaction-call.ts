/**
 * What a chunk of a reaction file calls. The old forms (`arg`, `kwarg`, arguments beside `tgt`) and the new one (`args`) as Salt reads them.
 *
 * Source: read, Salt 3008.3, `salt.utils.reactor` and `salt.utils.args.format_call`; golden events/reactor-*.
 */
import { TsaltError } from '../../kernel/contract/errors.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isMap, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';

/** A reaction that cannot be called as it is written. */
export class ReactionError extends TsaltError {
  readonly code = 'reactor.reaction';
}

export type ReactionClient = 'local' | 'runner' | 'wheel' | 'caller';

export interface ReactionCall {
  readonly client: ReactionClient;
  readonly fun: string;
  readonly arg: readonly Value[];
  readonly kwarg: PlainMap;
  /** Of `local`: target and all else the author wrote beside the function: `tgt`, `tgt_type`, `ret`, `timeout`, ... */
  readonly order: PlainMap;
}

/** How a function takes its arguments, as `sys.argspec`; undefined when there is none. */
export type ArgSpec = { readonly args: readonly string[]; readonly required: number; readonly takesKeywords: boolean } | undefined;

const CLIENTS: Readonly<Record<string, ReactionClient>> = { local: 'local', cmd: 'local', runner: 'runner', wheel: 'wheel', caller: 'caller' };
/** What the compiler adds to each chunk. */
const OF_CHUNK = new Set(['__id__', '__sls__', '__env__', '__sls_included_from__', 'name', 'order', 'name_order', 'fun', 'key', 'state']);

/** @throws ReactionError that names the id and what is wrong */
export async function reactionCall(chunk: PlainMap, argSpec: (client: 'runner' | 'wheel', fun: string) => Promise<ArgSpec>): Promise<ReactionCall & { readonly ignored: readonly string[] }> {
  const [id, state, fun] = ['__id__', 'state', 'fun'].map((key) => str(chunk[key] ?? '')) as [string, string, string];
  const client = Object.hasOwn(CLIENTS, state) ? CLIENTS[state] : undefined;
  if (client === undefined) throw new ReactionError(`ReactWrap is missing a wrapper function for '${state}'`, { context: { id } });
  const given = Object.fromEntries(Object.entries(chunk).filter(([key]) => !OF_CHUNK.has(key)));
  const { args, arg, kwarg, ...rest } = given;
  if (client === 'local' && rest['tgt'] === undefined) throw new ReactionError(`Reactor '${id}' failed to execute ${state} '${fun}': local takes at least 2 arguments: the reaction has no \`tgt\``);
  const order = client === 'local' ? rest : {};
  if (args !== undefined) {
    const ignored = ['arg', 'kwarg'].filter((name) => name in given);
    if (client === 'caller' && isList(args) && !isDictList(args)) return { client, fun, arg: args, kwarg: {}, order, ignored };
    const keywords = isPlainMap(args) ? args : repack(args);
    if (keywords === undefined) {
      throw new ReactionError(`Reactor '${id}' failed to execute ${state} '${fun}': Incorrect argument format, check the Reactor System documentation for the correct format.`);
    }
    return { client, fun, arg: [], kwarg: keywords, order, ignored };
  }
  const old = client === 'runner' || client === 'wheel'
    ? arg === undefined || kwarg === undefined ? split(fun, client, rest, await argSpec(client, fun), id) : { arg: [], kwarg: {} }
    : { arg: [], kwarg: {} };
  return { client, fun, arg: arg === undefined ? old.arg : listOf(arg), kwarg: kwarg === undefined ? old.kwarg : repack(kwarg) ?? {}, order, ignored: [] };
}

/** Arguments of a runner or wheel function that stand beside one another: what has no default goes by its place. */
function split(fun: string, client: string, given: PlainMap, spec: ArgSpec, id: string): { arg: Value[]; kwarg: PlainMap } {
  const failed = `Reactor '${id}' failed to execute ${client} '${fun}'`;
  if (spec === undefined) throw new ReactionError(`${failed}: function not available`);
  const required = spec.args.slice(0, spec.required);
  const missing = required.filter((name) => !(name in given));
  if (missing.length > 0) {
    const [counted, had] = [required.length, required.length - missing.length];
    throw new ReactionError(`${failed}: ${fun.split('.').at(-1) ?? fun} takes at least ${counted} argument${counted === 1 ? '' : 's'} (${had} given)`);
  }
  const named = Object.entries(given).filter(([name]) => !required.includes(name));
  const unknown = named.map(([name]) => name).filter((name) => !spec.takesKeywords && !spec.args.includes(name));
  if (unknown.length > 0) {
    const words = unknown.map((name) => `'${name}'`);
    const last = words.pop() ?? '';
    throw new ReactionError(`${failed}: ${words.length === 0 ? `${last} is an invalid keyword argument` : `${words.join(', ')} and ${last} are invalid keyword arguments`} for '${fun}'`);
  }
  return { arg: required.map((name) => given[name] ?? null), kwarg: Object.fromEntries(named) };
}

const listOf = (value: Value): readonly Value[] => (isList(value) ? value : [value]);

/** A list of maps with one key each. */
const isDictList = (value: readonly Value[]): boolean => value.length > 0 && value.every((item) => isMap(item) && Object.keys(item).length === 1);

/** One map of a list of maps; undefined when it is none, or empty. */
function repack(value: Value): PlainMap | undefined {
  if (isPlainMap(value)) return value;
  if (!isList(value) || !isDictList(value)) return undefined;
  return Object.assign({}, ...value) as PlainMap;
}
