/** Functions that move files: into containers and out of them, containers and images as archives, images built. Source: read, Salt 3006. */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { p } from '../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../kernel/contract/plugin.js';
import { str } from '../../../kernel/std/python-text.js';
import { isInteger, type PlainMap, type Value } from '../../../kernel/std/value.js';
import type { Context } from '../../../kernel/contract/context.js';
import { danglingImages, exportContainer, importImage, loadImage, saveImage } from './archives.js';
import { build } from './build.js';
import { copyFrom, copyTo, runScript, type Script } from './copy.js';
import { imagePath } from './inspect.js';
import { askRows } from './server.js';

const name = p.string();
const copying = { name, source: p.string(), dest: p.string(), overwrite: p.bool(false), makedirs: p.bool(false) };
const target = { name, path: p.string(), overwrite: p.bool(false), makedirs: p.bool(false), compression: p.string(null, 'gzip, bzip2 or xz; by the ending of the path when not given'), push: p.any(false) };

const copyingFrom = fn({
  doc: "Copy a file out of a container.\n\nsalt myminion docker.copy_from mycontainer /var/log/nginx/access.log /home/myuser",
  params: copying,
  run: (args, ctx) => copyFrom(args, ctx),
});

const scripting = {
  name, source: p.string(), saltenv: p.string('base'), args: p.any(null), template: p.string(null), exec_driver: p.any(null, 'taken and not needed: the service is asked'), stdin: p.any(null),
  python_shell: p.any(true), output_loglevel: p.any('debug'), ignore_retcode: p.bool(false), use_vt: p.any(false), keep_env: p.any(null),
};

async function scripted({ ignore_retcode: isIgnored, ...script }: Script & { readonly ignore_retcode: boolean }, ctx: Context): Promise<PlainMap> {
  const result = await runScript(script, ctx);
  const code = isInteger(result['retcode'] ?? null) ? Number(result['retcode']) : 1;
  if (code !== 0 && !isIgnored) ctx.setRetcode(code);
  return result;
}

async function removed(ids: readonly string[], force: boolean, ctx: Context): Promise<PlainMap> {
  const rows: [string, Value][] = [];
  for (const id of ids) {
    const answer = await ctx.call('docker.rmi', [id], { force });
    rows.push([id, { Removed: answer }]);
  }
  return Object.fromEntries(rows);
}

export const fileFunctions: Readonly<Record<string, Fn>> = {
  copy_from: copyingFrom,
  cp: copyingFrom,
  copy_to: fn({
    doc: "Copy a file of the minion or of the file server into a container.\n\nsalt myminion docker.copy_to mycontainer /tmp/foo /root/foo",
    params: { name, source: p.string(), dest: p.string(), exec_driver: p.any(null, 'taken and not needed'), overwrite: p.bool(false), makedirs: p.bool(false) },
    run: (args, ctx) => copyTo(args, ctx),
  }),
  script: fn({
    doc: "Run a script of the minion or of the file server in a container.\n\nsalt myminion docker.script mycontainer salt://scripts/runme.sh 'arg1 \"arg 2\"'",
    params: scripting,
    run: (args, ctx) => scripted(args, ctx),
  }),
  script_retcode: fn({
    doc: "Run a script of the minion or of the file server in a container and give its exit code.\n\nsalt myminion docker.script_retcode mycontainer salt://scripts/runme.sh",
    params: scripting,
    run: async (args, ctx) => (await scripted(args, ctx))['retcode'] ?? null,
  }),
  export: fn({
    doc: "Write the files of a container into an archive; push=True gives it to the master.\n\nsalt myminion docker.export mycontainer /tmp/mycontainer.tar.xz",
    params: target,
    run: ({ name: wanted, ...where }, ctx) => exportContainer(wanted, where, ctx),
  }),
  save: fn({
    doc: "Write an image into an archive that docker.load reads.\n\nsalt myminion docker.save centos:7 /tmp/cent7.tar",
    params: target,
    run: ({ name: wanted, ...where }, ctx) => saveImage(wanted, where, ctx),
  }),
  import: fn({
    doc: "Make an image of an archive of files, of the minion, of the file server or of an address.\n\nsalt myminion docker.import /tmp/cent7-minimal.tar.xz myuser/centos 7",
    params: { source: p.string(), repository: p.string(), tag: p.string('latest'), api_response: p.bool(false) },
    run: (args, ctx) => importImage(args.source, args.repository, args.tag, args.api_response, ctx),
  }),
  load: fn({
    doc: "Read images from an archive that docker.save wrote; with repository and tag the image gets that name.\n\nsalt myminion docker.load /path/to/image.tar",
    params: { path: p.string(), repository: p.string(null), tag: p.string(null) },
    run: (args, ctx) => loadImage(args.path, args.repository, args.tag, ctx),
  }),
  build: fn({
    doc: "Build an image of a folder with a Dockerfile, or of an address.\n\nsalt myminion docker.build /path/to/docker/build/dir repository=myimage tag=dev",
    params: {
      path: p.string(null), repository: p.string(null), tag: p.string(null), cache: p.bool(true), rm: p.bool(true), api_response: p.bool(false),
      fileobj: p.string(null, 'the text of a Dockerfile instead of a path'), dockerfile: p.string(null), buildargs: p.any(null),
    },
    run: (args, ctx) => build(args, ctx),
  }),
  layers: fn({
    doc: "List the ids of the layers of an image, the last one being its own.\n\nsalt myminion docker.layers centos:7",
    params: { name },
    run: async (args, ctx) => {
      const rows = await askRows({ path: imagePath(args.name, '/history') }, ctx);
      if (rows.length === 0) throw new CommandExecutionError(`Image '${args.name}' not found`);
      // As `docker history -q` writes them.
      return rows.toReversed().map(({ Id }) => str(Id ?? '').replace(/^sha256:/, '')).map((id) => (/^[0-9a-f]{12,}$/.test(id) ? id.slice(0, 12) : id));
    },
  }),
  dangling: fn({
    doc: "List images without a name on which no other is built; prune=True removes them.\n\nsalt myminion docker.dangling prune=True",
    params: { prune: p.bool(false), force: p.bool(false) },
    run: async ({ prune, force }, ctx) => {
      const ids = await danglingImages(ctx);
      return prune ? removed(ids, force, ctx) : ids;
    },
  }),
};
