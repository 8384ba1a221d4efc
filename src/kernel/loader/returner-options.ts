/**
 * The options of a returner for one call.
 *
 * Source: read and observed, Salt 3008.3, `salt.returners.get_returner_options`. Differs: without a name for `--return_config` the
 * option `NAME.option` also counts where the map `NAME` has the option without a value.
 */
import type { Context } from '../contract/context.js';
import type { ReturnerPlugin } from '../contract/returner.js';
import { isMap, isTruthy, mapGet, type PlainMap, type Value } from '../std/value.js';

type Declared = Pick<ReturnerPlugin, 'name' | 'serves' | 'section' | 'options' | 'profile'>;

/** `ret` says which configuration and which further options are wanted (`ret_config`, `ret_kwargs`). */
export async function returnerOptions(plugin: Declared, ctx: Context, ret: Readonly<PlainMap> = {}): Promise<PlainMap> {
  const name = plugin.section ?? plugin.serves ?? plugin.name;
  const config = typeof ret['ret_config'] === 'string' ? ret['ret_config'] : '';
  const options: PlainMap = {};
  for (const [option, { key = option, default: fallback }] of Object.entries(plugin.options ?? {})) {
    const value = await configured(ctx, name, key, config);
    if (value !== undefined) options[option] = value;
    else if (fallback !== undefined) options[option] = fallback;
  }
  Object.assign(options, await profileOf(plugin, name, ctx, options));
  const given = ret['ret_kwargs'];
  return isMap(given) ? { ...options, ...(given as PlainMap) } : options;
}

/** Where `--return_config` has nothing, the usual place counts. */
async function configured(ctx: Context, name: string, key: string, config: string): Promise<Value | undefined> {
  const special = config === '' ? undefined : await placed(ctx, `${config}.${name}`, key);
  return special !== undefined && isTruthy(special) ? special : placed(ctx, name, key);
}

/** An option of a map, or of its full name; what is None or empty text is not configured. */
async function placed(ctx: Context, name: string, key: string): Promise<Value | undefined> {
  const map = await optionOf(ctx, name);
  const inMap = map !== undefined && isMap(map) ? mapGet(map, key) : undefined;
  const value = isGiven(inMap) ? inMap : await optionOf(ctx, `${name}.${key}`);
  return isGiven(value) ? value : undefined;
}

async function profileOf(plugin: Declared, name: string, ctx: Context, options: PlainMap): Promise<PlainMap> {
  const profile = plugin.profile === undefined ? undefined : options[plugin.profile.option];
  if (plugin.profile === undefined || typeof profile !== 'string' || profile === '') return {};
  const map = await optionOf(ctx, profile);
  if (map === undefined || !isMap(map)) return {};
  return Object.fromEntries(plugin.profile.options.map((option) => [option, mapGet(map, `${name}.${option}`) ?? null]));
}

async function optionOf(ctx: Context, name: string): Promise<Value | undefined> {
  const value = await ctx.call('config.option', [name]);
  return isGiven(value) ? value : undefined;
}

const isGiven = (value: Value | undefined): value is Value => value !== undefined && value !== null && value !== '';
