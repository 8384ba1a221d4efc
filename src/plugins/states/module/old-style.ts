/** `module.run` with the function as its name: `name: test.echo`, `text: hello`. */
import type { Context } from '../../../kernel/contract/context.js';
import { PythonError } from '../../../kernel/contract/errors.js';
import { failed, wouldChange } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isMap, mapEntries, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { giveBack } from './give-back.js';
import { signatureOf, type Signature } from './signature.js';
import { worked } from './verdict.js';

/** Parameters whose names a state needs itself are written with `m_` before them. */
const OWN = ['name', 'fun', 'names', 'state', 'saltenv'];
const OWN_WITH_DEFAULT = ['name', 'fun', 'state', 'saltenv'];

const written = (name: string): string => (OWN.includes(name) ? `m_${name}` : name);

interface Call {
  readonly args: readonly Value[];
  readonly kwargs: PlainMap;
}

/** The arguments by place, or what is wrong with them. */
function callOf({ args, defaults, takesRest, takesKeywords }: Signature, given: PlainMap): Call | { readonly wrong: string } {
  const left = new Map(Object.entries(given));
  const take = (key: string): Value | undefined => {
    const value = left.get(key);
    left.delete(key);
    return value;
  };
  const values = new Map(defaults);
  for (const name of defaults.keys()) {
    const own = OWN_WITH_DEFAULT.includes(name) ? take(`m_${name}`) : undefined;
    const plain = take(name);
    const value = plain ?? own;
    if (value !== undefined) values.set(name, value);
  }
  const missing = args.filter((name) => !values.has(name) && !left.has(written(name))).map(written);
  const placed: Value[] = args.map((name) => (values.has(name) ? values.get(name) : take(written(name))) ?? null);
  if (missing.length > 0) return { wrong: `The following arguments are missing: ${missing.join(' ')}` };
  const rest = takesRest ? take('args') ?? [] : [];
  if (!isList(rest)) return { wrong: "'args' must be a list." };
  const kwargs = takesKeywords ? take('kwargs') ?? {} : {};
  if (!isMap(kwargs)) return { wrong: "'kwargs' must be a dict." };
  return { args: [...placed, ...rest], kwargs: Object.fromEntries(mapEntries(kwargs).map(([key, value]) => [str(key), value])) };
}

export async function runNamed({ name: fun, ...given }: PlainMap, ctx: Context): Promise<PlainMap> {
  if (fun === undefined) throw new PythonError('TypeError', "_legacy_run() missing 1 required positional argument: 'name'");
  const name = str(fun);
  if (!await ctx.has(name)) return failed(fun, `Module function ${name} is not available`);
  if (ctx.test) return wouldChange(fun, `Module function ${name} is set to execute`);
  const call = callOf(await signatureOf(name, ctx), given);
  if ('wrong' in call) return failed(fun, call.wrong);
  let value: Value;
  try {
    value = await ctx.call(name, call.args, call.kwargs);
  } catch (error) {
    ctx.signal.throwIfAborted();
    return failed(fun, `Module function ${name} threw an exception. Exception: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (given['returner'] !== undefined) await giveBack(given['returner'], name, value, ctx);
  return { name: fun, changes: { ret: value }, result: worked(value), comment: `Module function ${name} executed` };
}
