/** Volumes of Docker and Podman. Source: read, Salt 3006, which 3008 has no more. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { attempt, guarded, lookedUp, virtual } from './docker/shared.js';

interface Wish {
  readonly name: string;
  readonly driver: string | null;
  readonly driver_opts: Value;
  readonly force: boolean;
}

async function made({ name, driver, driver_opts }: Wish, changes: PlainMap, ctx: Context): Promise<PlainMap> {
  const created = await attempt(ctx.call('docker.create_volume', [name], { driver, driver_opts }));
  if ('failure' in created) return failed(name, `Failed to create volume '${name}': ${created.failure}`, changes);
  return done(name, '', { ...changes, created: created.value });
}

async function present(wish: Wish, ctx: Context): Promise<PlainMap> {
  const { name, driver, force } = wish;
  const volume = await lookedUp('docker.inspect_volume', name, ctx);
  if (volume === undefined) return ctx.test ? wouldChange(name, `The volume '${name}' will be created`, { created: name }) : made(wish, {}, ctx);
  const now = str(volume['Driver'] ?? '');
  if (driver === null || now === driver) return done(name, `Volume '${name}' already exists.`);
  if (!force) return failed(name, `Driver for existing volume '${name}' ('${now}') does not match specified driver ('${driver}') and force is False`);
  if (ctx.test) return wouldChange(name, `The volume '${name}' will be replaced with a new one using the driver '${driver}'`, { removed: true, created: name });
  const removed = await attempt(ctx.call('docker.remove_volume', [name]));
  if ('failure' in removed) return failed(name, `Failed to remove volume '${name}': ${removed.failure}`);
  return made(wish, { removed: removed.value }, ctx);
}

async function absent(name: string, ctx: Context): Promise<PlainMap> {
  if (await lookedUp('docker.inspect_volume', name, ctx) === undefined) return done(name, `Volume '${name}' already absent`);
  if (ctx.test) return wouldChange(name, `Volume '${name}' will be removed`, { removed: true });
  const removed = await attempt(ctx.call('docker.remove_volume', [name]));
  return 'failure' in removed ? failed(name, `Failed to remove volume '${name}': ${removed.failure}`) : done(name, '', { removed: removed.value });
}

export default defineState({
  name: 'docker_volume',
  virtual,
  doc: 'Volumes of Docker and Podman.',
  functions: {
    present: fn({
      doc: 'Make sure that a volume is there; with force=True one of another driver is replaced.',
      params: { name: p.string(), driver: p.string(null), driver_opts: p.any(null), force: p.bool(false) },
      run: (wish, ctx) => guarded(wish.name, () => present(wish, ctx)),
    }),
    absent: fn({
      doc: 'Make sure that a volume is not there.',
      params: { name: p.string(), driver: p.any(null, 'taken and not needed') },
      run: ({ name }, ctx) => guarded(name, () => absent(name, ctx)),
    }),
  },
});
