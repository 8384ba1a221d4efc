/** Zones and services of firewalld. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, type PlainMap, type Value } from '../../kernel/std/value.js';
import { setZone, type ZoneWish } from './firewalld/zone.js';
import { guarded } from './outcome/step.js';

const ERROR = 'Error: ';

/** Differs: a test run foretells the changes, and not only in its comment. */
async function present(wish: ZoneWish, ctx: Context): Promise<PlainMap> {
  const { name } = wish;
  const changes = await setZone(wish, ctx);
  if (Object.keys(changes).length === 0) return done(name, `'${name}' is already in the desired state.`);
  if (ctx.test) {
    const shown = await ctx.port('output').format(changes, 'nested', { color: false }) ?? '';
    return wouldChange(name, `Configuration for '${name}' will change:\n${shown.trimEnd()}`, changes);
  }
  await ctx.call('firewalld.reload_rules');
  return done(name, `'${name}' was configured.`, changes);
}

const texts = (value: Value): string[] => (isList(value) ? value.map(str) : value === null ? [] : [str(value)]);

/** Brings the ports, or the protocols, of a service to what is wished. */
async function setPart(name: string, part: 'port' | 'protocol', wanted: readonly string[], isThere: boolean, ctx: Context): Promise<PlainMap> {
  const current = isThere ? texts(await ctx.call(`firewalld.get_service_${part}s`, [name])) : [];
  const missing = wanted.filter((one) => !current.includes(one));
  const extra = current.filter((one) => !wanted.includes(one));
  if (missing.length + extra.length === 0) return {};
  if (!ctx.test) {
    for (const one of missing) await ctx.call(`firewalld.add_service_${part}`, [name, one]);
    for (const one of extra) await ctx.call(`firewalld.remove_service_${part}`, [name, one]);
  }
  return { [`${part}s`]: { old: current, new: wanted } };
}

/** Differs: a test run makes no service and loads nothing; a new service without ports counts as a change. */
async function service(name: string, ports: Value, protocols: Value, ctx: Context): Promise<PlainMap> {
  const wasThere = texts(await ctx.call('firewalld.get_services')).includes(name);
  if (!wasThere && !ctx.test) await ctx.call('firewalld.new_service', [name], { restart: false });
  const isThere = wasThere || !ctx.test;
  const parts = { ...await setPart(name, 'port', texts(ports), isThere, ctx), ...await setPart(name, 'protocol', texts(protocols), isThere, ctx) };
  const changes = !wasThere && Object.keys(parts).length === 0 ? { service: { old: '', new: name } } : parts;
  if (Object.keys(changes).length === 0) return done(name, `'${name}' is already in the desired state.`);
  if (ctx.test) return wouldChange(name, `Configuration for '${name}' will change.`, changes);
  await ctx.call('firewalld.reload_rules');
  return done(name, `'${name}' was configured.`, changes);
}

const list = p.any(null);
const prune = p.any(false, 'remove all others');

export default defineState({
  name: 'firewalld',
  virtual: async (ctx) => ((await ctx.sys.which('firewall-cmd')) === undefined ? 'firewall-cmd is not available, firewalld is probably not installed.' : true),
  doc: 'Zones and services of firewalld.',
  functions: {
    present: fn({
      doc: 'Make sure that there is a zone with these settings.',
      params: {
        name: p.string(), block_icmp: list, prune_block_icmp: prune, default: p.any(null, 'make it the default zone'), masquerade: p.any(null), ports: list, prune_ports: prune,
        port_fwd: p.any(null, 'from_port:to_port:protocol[:destination]'), prune_port_fwd: prune, services: list, prune_services: prune, interfaces: list, prune_interfaces: prune,
        sources: list, prune_sources: prune, rich_rules: list, prune_rich_rules: prune,
      },
      run: ({ name, ...settings }, ctx) => guarded(name, () => present({ name, settings }, ctx), ERROR),
    }),
    service: fn({
      doc: 'Make sure that there is a service of these ports and protocols.',
      params: { name: p.string(), ports: list, protocols: list },
      run: (args, ctx) => guarded(args.name, () => service(args.name, args.ports, args.protocols, ctx), ERROR),
    }),
  },
});
