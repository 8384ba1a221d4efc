/** Images of Docker and Podman. Source: read, Salt 3006, which 3008 has no more. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { pulled } from './docker/image.js';
import { attempt, guarded, listed, lookedUp, part, virtual } from './docker/shared.js';

interface Wish {
  readonly name: string;
  readonly tag: Value;
  readonly build: string | null;
  readonly load: string | null;
  readonly force: boolean;
  readonly insecure_registry: boolean;
  readonly client_timeout: number;
  readonly dockerfile: string | null;
  readonly sls: Value;
}

/** How an image comes here. */
interface Way {
  readonly action: 'built' | 'loaded' | 'pulled';
  /** What stands before the reason of a failure. */
  readonly trouble: string;
  bring(ctx: Context): Promise<PlainMap>;
}

const given = (value: Value | undefined): boolean => value !== null && value !== undefined;

function wayOf({ name, tag, build, load, dockerfile, ...how }: Wish, image: string): Way {
  const called = (fun: string, kwargs: PlainMap) => async (ctx: Context): Promise<PlainMap> => part({ answer: await ctx.call(fun, [], kwargs) }, 'answer');
  const named = { repository: name, tag: str(tag) };
  if (build !== null) return { action: 'built', trouble: `building ${build} as ${image}`, bring: called('docker.build', { path: build, dockerfile, ...named }) };
  if (load !== null) return { action: 'loaded', trouble: `loading ${load} as ${image}`, bring: called('docker.load', { path: load, ...named }) };
  const { insecure_registry, client_timeout } = how;
  return { action: 'pulled', trouble: `pulling ${image}`, bring: (ctx) => pulled(image, { insecure_registry, client_timeout }, ctx) };
}

async function present(wish: Wish, ctx: Context): Promise<PlainMap> {
  const { name, tag, force } = wish;
  const hasTag = given(tag) && tag !== '';
  const sources = [wish.build, wish.load, wish.sls].filter(given).length;
  if (sources > 1) return failed(name, "Only one of 'build', 'load', or 'sls' is permitted.");
  if (sources === 1 && !hasTag) return failed(name, "The 'tag' argument is required if any one of 'build', 'load', or 'sls' is used.");
  if (given(wish.sls)) return failed(name, "'sls' is not supported: it would need a minion inside of the image");
  const image = hasTag ? `${name}:${str(tag)}` : name;
  const way = wayOf(wish, image);
  const before = await lookedUp('docker.inspect_image', image, ctx);
  if (before !== undefined && !force) return done(name, `Image ${image} already present`);
  if (ctx.test) return wouldChange(name, `Image ${image} will be ${way.action}`, { image });
  const fetched = await attempt(way.bring(ctx));
  if ('failure' in fetched) return failed(name, `Encountered error ${way.trouble}: ${fetched.failure}`);
  const after = await lookedUp('docker.inspect_image', image, ctx);
  if (after === undefined) return failed(name, `Image ${image} is not there after it was ${way.action}`);
  // Differs: an image of the same id is the same image; Salt looks at the layers, and Podman tells of one each time.
  const isNew = before === undefined || before['Id'] !== after['Id'];
  return isNew ? done(name, `Image '${image}' was ${way.action}`, fetched.value) : done(name, `Image '${image}' was ${way.action}, but there were no changes`);
}

async function absent(name: string, images: Value, force: boolean, ctx: Context): Promise<PlainMap> {
  const targets = images === null ? [name] : listed(images);
  const chosen: string[] = [];
  for (const target of targets) {
    const tags = await ctx.call('docker.resolve_tag', [target], { all: true });
    // Differs: Salt takes the first name of the image, which may be another one than what shall go.
    if (isList(tags)) chosen.push(str(tags.find((tag) => tag === target || tag === `${target}:latest`) ?? tags[0] ?? target));
  }
  if (chosen.length === 0) return done(name, targets.length === 1 ? `Image ${name} is not present` : 'All specified images are not present');
  const one = chosen.length === 1;
  if (ctx.test) return wouldChange(name, one ? `Image ${chosen[0]} will be removed` : `The following images will be removed: ${chosen.join(', ')}`, { Tags: chosen });
  const answer = await ctx.call('docker.rmi', chosen, { force });
  const result = isPlainMap(answer) ? answer : {};
  const stays: string[] = [];
  for (const image of chosen) if (await lookedUp('docker.inspect_image', image, ctx) !== undefined) stays.push(image);
  const errors = isList(result['Errors'] ?? null) ? `. The following errors were encountered: ${(result['Errors'] as Value[]).map(str).join('; ')}` : '';
  if (stays.length === chosen.length) return failed(name, `None of the specified images were removed${errors}`);
  if (stays.length > 0) return failed(name, `The following image(s) failed to be removed: ${stays.join(', ')}${errors}`, result);
  return done(name, one ? `Image ${chosen[0]} was removed` : `The following images were removed: ${chosen.join(', ')}`, result);
}

export default defineState({
  name: 'docker_image',
  virtual,
  doc: 'Images of Docker and Podman.',
  functions: {
    present: fn({
      doc: 'Make sure that an image is there: pulled, built of a folder (build), or loaded from an archive (load); with force=True it is made again.',
      params: {
        name: p.string(), tag: p.any(null), build: p.string(null), load: p.string(null), force: p.bool(false), insecure_registry: p.bool(false), client_timeout: p.int(60),
        dockerfile: p.string(null), sls: p.any(null, 'taken and refused: it would need a minion inside of the image'),
      },
      run: (wish, ctx) => guarded(wish.name, () => present(wish, ctx)),
    }),
    absent: fn({
      doc: 'Make sure that an image, or all of a list, is not there.',
      params: { name: p.string(), images: p.any(null), force: p.bool(false) },
      run: ({ name, images, force }, ctx) => guarded(name, () => absent(name, images, force, ctx)),
    }),
  },
});
