/** Functions of images. Source: read, Salt 3006. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { p } from '../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../kernel/contract/plugin.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { DockerError } from '../../../kernel/sys/docker/client.js';
import { checkedImage } from '../../../kernel/sys/docker/names.js';
import { containerPath, found, imagePath, inspectContainer, inspectImage } from './inspect.js';
import { dependants, images, imageTags, tagsOf } from './lists.js';
import { login, pull, push } from './registry.js';
import { ask, askMap, askRows, CLIENT_SECONDS, elapsedSince, localTime, sizeText, truthy } from './server.js';

const name = p.string();
const transferring = { image: p.string(), insecure_registry: p.any(false, 'taken and without effect: the service knows its registries'), api_response: p.bool(false), client_timeout: p.int(CLIENT_SECONDS) };

/** One image gone, or why not. */
async function removeOne(wanted: string, query: Record<string, string>, errors: string[], ctx: Context): Promise<void> {
  // By its own name: of an image with several names only this one goes.
  await inspectImage(wanted, ctx);
  try {
    await ask({ method: 'DELETE', path: imagePath(wanted), query }, ctx);
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    if (error.status !== 409) {
      errors.push(error.message);
      return;
    }
    errors.push(error.message.replace(/^Error 409: /, ''));
    const { Containers, Images } = await dependants(wanted, ctx);
    const users = [...Containers.length === 0 ? [] : [`container(s): ${Containers.join(', ')}`], ...Images.length === 0 ? [] : [`image(s): ${Images.join(', ')}`]];
    if (users.length > 0) errors.push(`Image is in use by ${users.join(' and ')}`);
  }
}

/** Differs: a name goes by itself; Salt 3006 asks for the id, so that an image with a second name stays, or with force goes with all. */
async function remove(names: readonly Value[], options: PlainMap, ctx: Context): Promise<PlainMap> {
  if (names.length === 0) throw new InvocationError('rmi needs the name of an image');
  const [layers, tags] = [Object.keys(await images(true, false, ctx)), await imageTags(ctx)];
  const prune = options['prune'] === undefined || truthy(options, 'prune');
  const errors: string[] = [];
  for (const one of names) await removeOne(str(one), { force: String(truthy(options, 'force')), noprune: String(!prune) }, errors, ctx);
  const [layersNow, tagsNow] = [Object.keys(await images(true, false, ctx)), await imageTags(ctx)];
  return {
    Layers: layers.filter((id) => !layersNow.includes(id)), Tags: tags.filter((tag) => !tagsNow.includes(tag)), retcode: errors.length === 0 ? 0 : 1,
    ...errors.length === 0 ? {} : { Errors: errors },
  };
}

/** A step in the making of an image under Salt's names. */
function step(row: PlainMap): PlainMap {
  const named = Object.entries(row).map(([key, value]): [string, Value] => {
    if (key === 'CreatedBy') return ['Command', str(value ?? '') === '' ? 'FROM scratch' : str(value).replace(/^\/bin\/sh -c (?:#\(nop\) )?/, '')];
    return [key === 'Created' ? 'Time_Created_Epoch' : key, value];
  });
  return {
    ...Object.fromEntries(named), ...row['Created'] === undefined ? {} : { Time_Created_Local: localTime(row['Created']) },
    ...row['Size'] === undefined ? {} : { Size_Human: sizeText(row['Size']) },
  };
}

async function resolveTag(wanted: string, all: boolean, ctx: Context): Promise<Value> {
  const facts = await found(inspectImage(wanted, ctx));
  if (facts === undefined) return false;
  const tags = tagsOf(facts);
  const names = tags.length === 0 ? [facts['Id'] ?? null] : tags;
  return all ? names : names[0] ?? null;
}

const SEARCH_NAMES: Readonly<Record<string, string>> = { description: 'Description', is_official: 'Official', is_trusted: 'Trusted', star_count: 'Stars' };

export const imageFunctions: Readonly<Record<string, Fn>> = {
  images: fn({
    doc: "List images by id: all=True also those without a name, verbose=True with all that is known.\n\nsalt myminion docker.images",
    params: { verbose: p.bool(false), options: p.keywords() },
    run: (args, ctx) => images(truthy(args.options, 'all'), args.verbose, ctx),
  }),
  inspect_image: fn({ doc: "Give what is known of an image.\n\nsalt myminion docker.inspect_image busybox", params: { name }, run: (args, ctx) => inspectImage(args.name, ctx) }),
  list_tags: fn({ doc: "List the names of all images.\n\nsalt myminion docker.list_tags", params: {}, run: (_args, ctx) => imageTags(ctx) }),
  resolve_image_id: fn({
    doc: "Give the id of an image, or False when it is not here.\n\nsalt myminion docker.resolve_image_id busybox",
    params: { name },
    run: async (args, ctx) => (await found(inspectImage(args.name, ctx)))?.['Id'] ?? false,
  }),
  resolve_tag: fn({
    doc: "Give a name of an image, all=True all of them, its id when it has none; False when it is not here.\n\nsalt myminion docker.resolve_tag busybox",
    params: { name, options: p.keywords() },
    run: (args, ctx) => resolveTag(args.name, truthy(args.options, 'all'), ctx),
  }),
  depends: fn({
    doc: "Tell which containers and images need an image.\n\nsalt myminion docker.depends myimage",
    params: { name },
    run: async (args, ctx) => ({ ...await dependants(args.name, ctx) }),
  }),
  history: fn({
    doc: "Tell how an image was made, the first step first; quiet=True the commands only.\n\nsalt myminion docker.history busybox",
    params: { name, quiet: p.bool(false) },
    run: async (args, ctx) => {
      const steps = (await askRows({ path: imagePath(args.name, '/history') }, ctx)).toReversed().map(step);
      return args.quiet ? steps.map(({ Command = null }) => Command) : steps;
    },
  }),
  pull: fn({
    doc: "Fetch an image from its registry.\n\nsalt myminion docker.pull busybox:latest",
    params: transferring,
    run: ({ image, ...how }, ctx) => pull(image, how, ctx),
  }),
  push: fn({
    doc: "Give an image to its registry.\n\nsalt myminion docker.push registry.example.com/web:1",
    params: transferring,
    run: ({ image, ...how }, ctx) => push(image, how, ctx),
  }),
  login: fn({
    doc: "Ask registries of the option docker-registries whether they take us.\n\nsalt myminion docker.login hub",
    params: { registries: p.rest() },
    run: (args, ctx) => login(args.registries.map(str), ctx),
  }),
  rmi: fn({
    doc: "Remove images.\n\nsalt myminion docker.rmi busybox force=True",
    params: { names: p.rest(), options: p.keywords() },
    run: (args, ctx) => remove(args.names, args.options, ctx),
  }),
  tag: fn({
    doc: "Give an image one more name.\n\nsalt myminion docker.tag 0123456789ab myrepo/mycontainer mytag",
    params: { name, repository: p.string(), tag: p.string('latest'), force: p.any(false, 'taken and without effect: services know it no more') },
    run: async (args, ctx) => {
      checkedImage(`${args.repository}:${args.tag}`);
      const { Id } = await inspectImage(args.name, ctx);
      await ask({ method: 'POST', path: imagePath(str(Id ?? ''), '/tag'), query: { repo: args.repository, tag: args.tag } }, ctx);
      return true;
    },
  }),
  commit: fn({
    doc: "Make an image of a container.\n\nsalt myminion docker.commit mycontainer myuser/myimage mytag",
    params: { name, repository: p.string(), tag: p.string('latest'), message: p.string(null), author: p.string(null) },
    run: async (args, ctx) => {
      checkedImage(`${args.repository}:${args.tag}`);
      const started = ctx.sys.now();
      await inspectContainer(args.name, ctx);
      const query = {
        container: containerPath(args.name).slice('/containers/'.length), repo: args.repository, tag: args.tag,
        ...args.message === null ? {} : { comment: args.message }, ...args.author === null ? {} : { author: args.author },
      };
      const { Id } = await askMap({ method: 'POST', path: '/commit', query, body: {}, seconds: 0 }, ctx);
      if (!isTruthy(Id ?? null)) throw new CommandExecutionError('No image ID was returned in API response');
      return { Time_Elapsed: elapsedSince(started, ctx), Id: Id ?? null };
    },
  }),
  search: fn({
    doc: "Look for images in the registry that the service asks by default.\n\nsalt myminion docker.search centos official=True",
    params: { name: p.string(), official: p.bool(false), trusted: p.bool(false) },
    run: async (args, ctx) => {
      const rows = await askRows({ path: '/images/search', query: { term: args.name } }, ctx);
      if (rows.length === 0) throw new CommandExecutionError(`No images matched the search string '${args.name}'`);
      const named = rows.map(({ name: image, ...facts }): [string, PlainMap] => [str(image ?? ''), Object.fromEntries(Object.entries(facts).map(([key, value]) => [SEARCH_NAMES[key] ?? key, value]))]);
      const limits = [...args.official ? ['Official'] : [], ...args.trusted ? ['Trusted'] : []];
      return Object.fromEntries(named.filter(([, facts]) => limits.length === 0 || limits.some((limit) => isTruthy(facts[limit] ?? null))));
    },
  }),
};
