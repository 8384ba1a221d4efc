/** `publisher_acl_blacklist`: users and functions that are refused whatever else is allowed. Source: read, Salt 3008.3. */
import { isList, isMap, mapValues, type PlainMap, type Value } from '../../kernel/std/value.js';
import { isForbidden } from './patterns.js';

/** What of the blacklist refuses the call; undefined when nothing does. */
export function blacklistedBy(blacklist: PlainMap, user: string, funs: readonly string[], args: readonly Value[]): string | undefined {
  const byUser = texts(blacklist['users']).find((pattern) => isForbidden(pattern, user));
  if (byUser !== undefined) return `publisher_acl_blacklist:users: ${byUser}`;
  const called = funs.includes('sys.doc') ? funs : [...funs, ...nestedFunctions(args)];
  const byFunction = texts(blacklist['modules']).find((pattern) => called.some((name) => isForbidden(pattern, name)));
  return byFunction === undefined ? undefined : `publisher_acl_blacklist:modules: ${byFunction}`;
}

/** Functions named in arguments of calls that call others, however deep they lie. */
function nestedFunctions(args: readonly Value[]): string[] {
  return args.flatMap((arg) => {
    if (typeof arg === 'string') return /^[a-z_]\w*\.\w+$/i.test(arg) ? [arg] : [];
    if (isList(arg)) return nestedFunctions(arg);
    return isMap(arg) ? nestedFunctions(mapValues(arg)) : [];
  });
}

function texts(value: Value | undefined): string[] {
  if (typeof value === 'string') return [value];
  return isList(value) ? value.filter((item) => !isMap(item)).map(String) : [];
}
