/**
 * Small commands of a minion about itself: resources, key, options of the master.
 *
 * Source: wire-protocol section 7; golden wire/startup, revoke, calls.
 */
import { parseMinionId } from '../../../kernel/contract/job.js';
import { isList, isPlainMap, mapFrom, type PlainMap, type Value } from '../../../kernel/std/value.js';
import type { EventBus } from '../../../bus/event/bus.js';
import type { Sessions } from '../../../bus/channel/sessions.js';
import type { KeyStore } from '../../keys/key-store.js';
import type { KnownStore } from '../../known/known-store.js';
import type { Bounds } from '../../requests/bounds.js';
import { BOUNDS } from '../../requests/bounds.data.js';
import { reply, SIZES, type MinionCommand } from '../../requests/command.js';

export interface HousekeepingParts {
  readonly bus: EventBus;
  readonly keys: KeyStore;
  readonly sessions: Sessions;
  readonly known: KnownStore;
  readonly opts: Readonly<PlainMap>;
  readonly allowRevoke: boolean;
  readonly rotateAesKey: () => void;
  readonly bounds: Bounds;
  readonly masterTops: (id: string, opts: PlainMap) => Promise<PlainMap>;
}

/** Options of the master that a state run asks for. Source: wire-protocol section 7. */
const OPTIONS_FOR_MINIONS = [
  'renderer', 'failhard', 'state_top', 'state_top_saltenv', 'nodegroups', 'state_auto_order', 'state_events', 'state_aggregate',
  'jinja_env', 'jinja_sls_env', 'jinja_lstrip_blocks', 'jinja_trim_blocks', 'top_file_merging_strategy', 'env_order', 'default_top',
];

/** Of these, what `env_only` asks for. Source: golden wire/errors. */
const ENVIRONMENT_OPTIONS = ['top_file_merging_strategy', 'env_order', 'default_top'];

/** What a minion registered, without names that are no ids or that minions have, in whatever state their keys are. */
function ownResources(given: Value | undefined, keys: KeyStore): { readonly kept: PlainMap; readonly leftOut: number } {
  const taken = new Set<string>((['accepted', 'pending', 'rejected', 'denied'] as const).flatMap((state) => keys.ids(state)));
  let left = BOUNDS.resources;
  let leftOut = 0;
  const types = Object.entries(isPlainMap(given) ? given : {});
  const entries = types.slice(0, BOUNDS.resources).map(([type, names]) => {
    const own = (isList(names) ? names : []).filter((name) => parseMinionId(name) !== undefined && !taken.has(String(name)));
    const kept = own.slice(0, left);
    left -= kept.length;
    leftOut += own.length - kept.length;
    return [type, kept] as const;
  });
  return { kept: mapFrom(entries) as PlainMap, leftOut: leftOut + Math.max(0, types.length - BOUNDS.resources) };
}

/** True when that minion registered a resource of this name and no accepted minion has it. */
export function ownsResource(known: KnownStore, keys: KeyStore, id: string, resource: string): boolean {
  const name = parseMinionId(resource);
  if (name === undefined || keys.isAccepted(name)) return false;
  const registered = known.mapNow('resources', id) ?? {};
  return Object.values(registered).some((names) => isList(names) && names.includes(name));
}

export function housekeepingCommands(parts: HousekeepingParts): MinionCommand[] {
  return [
    {
      name: '_register_resources', from: 'minion', bytesMax: SIZES.medium,
      rule: 'An accepted minion; a resource may not have the name of a minion',
      run(load, sender) {
        const { kept, leftOut } = ownResources(load['resources'], parts.keys);
        if (leftOut > 0) parts.bounds.hit('resources', { id: sender.id, left_out_resources: leftOut });
        parts.known.setNow('resources', sender.id, kept);
        parts.bus.fire(`resource/refresh/${sender.id}`, { 'Resource cache refresh': sender.id });
        return Promise.resolve(reply(true));
      },
    },
    {
      name: 'revoke_auth', from: 'minion', bytesMax: SIZES.small,
      rule: 'An accepted minion, for its own key, when allow_minion_key_revoke is on',
      async run(load, sender) {
        if (!parts.allowRevoke) return reply(false);
        if (load['preserve_minion_cache'] !== true) await parts.known.flush('grains', sender.id);
        parts.keys.remove('accepted', sender.id);
        parts.sessions.drop(sender.id);
        parts.bus.fire('salt/key', { act: 'delete', id: sender.id, result: true });
        parts.rotateAesKey();
        return reply(true);
      },
    },
    {
      name: '_master_opts', from: 'minion', bytesMax: SIZES.small,
      rule: 'An accepted minion; options that name paths or secrets of the master are not among them',
      run(load) {
        const roots = isPlainMap(parts.opts['file_roots']) ? parts.opts['file_roots'] : {};
        const fileRoots = Object.fromEntries(Object.keys(roots).map((env) => [env, []]));
        const names = load['env_only'] === true ? ENVIRONMENT_OPTIONS : OPTIONS_FOR_MINIONS;
        const given = names.filter((name) => Object.hasOwn(parts.opts, name)).map((name) => [name, parts.opts[name] ?? null] as const);
        return Promise.resolve(reply({ file_roots: fileRoots, ...Object.fromEntries(given) }));
      },
    },
    {
      name: '_master_tops', from: 'minion', bytesMax: SIZES.medium,
      rule: 'An accepted minion, for itself',
      async run(load, sender) {
        const opts = isPlainMap(load['opts']) ? load['opts'] : {};
        return reply(await parts.masterTops(sender.id, { ...opts, id: sender.id }));
      },
    },
  ];
}
