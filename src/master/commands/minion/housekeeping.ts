/**
 * Small commands of a minion about itself: resources, key, options of the master.
 *
 * Source: wire-protocol section 7; golden wire/startup, revoke, calls.
 */
import { isPlainMap, type PlainMap } from '../../../kernel/std/value.js';
import type { EventBus } from '../../../bus/event/bus.js';
import type { Sessions } from '../../../bus/channel/sessions.js';
import type { KeyStore } from '../../keys/key-store.js';
import type { KnownStore } from '../../known/known-store.js';
import { reply, SIZES, type MinionCommand } from '../../requests/command.js';

export interface HousekeepingParts {
  readonly bus: EventBus;
  readonly keys: KeyStore;
  readonly sessions: Sessions;
  readonly known: KnownStore;
  readonly opts: Readonly<PlainMap>;
  readonly allowRevoke: boolean;
  readonly rotateAesKey: () => void;
  readonly masterTops: (id: string, opts: PlainMap) => Promise<PlainMap>;
}

/** Options of the master that a state run asks for. Source: wire-protocol section 7. */
const OPTIONS_FOR_MINIONS = [
  'renderer', 'failhard', 'state_top', 'state_top_saltenv', 'nodegroups', 'state_auto_order', 'state_events', 'state_aggregate',
  'jinja_env', 'jinja_sls_env', 'jinja_lstrip_blocks', 'jinja_trim_blocks', 'top_file_merging_strategy', 'env_order', 'default_top',
];

export function housekeepingCommands(parts: HousekeepingParts): MinionCommand[] {
  return [
    {
      name: '_register_resources', from: 'minion', bytesMax: SIZES.medium,
      rule: 'An accepted minion; a resource may not have the name of a minion',
      run(load, sender) {
        const resources = isPlainMap(load['resources']) ? load['resources'] : {};
        const own = Object.fromEntries(Object.entries(resources).map(([type, ids]) => [
          type, (Array.isArray(ids) ? ids : []).filter((id) => !parts.keys.ids('accepted').includes(String(id) as never)),
        ]));
        parts.known.setNow('resources', sender.id, own);
        parts.bus.fire(`resource/refresh/${sender.id}`, { 'Resource cache refresh': sender.id });
        return Promise.resolve(reply(true));
      },
    },
    {
      name: 'revoke_auth', from: 'minion', bytesMax: SIZES.small,
      rule: 'An accepted minion, for its own key, when allow_minion_key_revoke is on',
      run(load, sender) {
        if (!parts.allowRevoke) return Promise.resolve(reply(false));
        if (load['preserve_minion_cache'] !== true) void parts.known.flush('grains', sender.id);
        parts.keys.remove('accepted', sender.id);
        parts.sessions.drop(sender.id);
        parts.bus.fire('salt/key', { act: 'delete', id: sender.id, result: true });
        parts.rotateAesKey();
        return Promise.resolve(reply(true));
      },
    },
    {
      name: '_master_opts', from: 'minion', bytesMax: SIZES.small,
      rule: 'An accepted minion; options that name paths or secrets of the master are not among them',
      run(load) {
        const roots = isPlainMap(parts.opts['file_roots']) ? parts.opts['file_roots'] : {};
        const fileRoots = Object.fromEntries(Object.keys(roots).map((env) => [env, []]));
        if (load['env_only'] === true) return Promise.resolve(reply({ file_roots: fileRoots }));
        const given = OPTIONS_FOR_MINIONS.filter((name) => name in parts.opts).map((name) => [name, parts.opts[name] ?? null] as const);
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
