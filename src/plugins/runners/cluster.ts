/**
 * What a master that belongs to no cluster tells of clusters: Salt's own protocol between masters is not spoken here, so every master is
 * such a one. All answers are those of a Salt master without `cluster_id`. Source: observed, Salt 3008.3.
 */
import { join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { repr, str } from '../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

const wrong = (text: string): PythonError => new PythonError('ValueError', text);

function need(fun: string, given: Readonly<Record<string, Value>>): void {
  for (const [name, value] of Object.entries(given)) {
    if (!isTruthy(value)) throw wrong(`cluster.${fun} requires a non-empty '${name}'${name === 'voters' ? ' list' : ''}`);
  }
}

/** @throws CommandExecutionError where the configuration names a cluster */
function skipped(ctx: Context): PlainMap {
  const id = ctx.opts['cluster_id'];
  if (isTruthy(id ?? null)) throw new CommandExecutionError(`The cluster '${str(id ?? null)}' cannot be asked: masters do not speak Salt's protocol of clusters here`);
  return { status: 'skipped', reason: 'no cluster_id configured; this master is not a cluster member' };
}

function shed(ring: string, banks: Value, dryRun: Value): PlainMap {
  if (ring === '') throw wrong("cluster.shed_unowned requires a non-empty 'ring'");
  if (!isTruthy(banks)) throw wrong('cluster.shed_unowned requires at least one bank');
  return { status: 'skipped', reason: `ring ${repr(ring)} is not active in the registry`, ring, kept: 0, dropped: 0, subbanks_dropped: 0, dry_run: dryRun };
}

function collect(channels: Value, banks: Value, ctx: Context): PlainMap {
  const fixed = isList(channels) ? channels : isTruthy(channels) ? [channels] : [];
  const unknown = fixed.filter((one) => one !== 'keys' && one !== 'denied_keys');
  if (unknown.length > 0) {
    throw wrong(`cluster.collect_from_peers: unsupported fixed channels ${repr(unknown)} (only 'keys' and 'denied_keys' are recognised; arbitrary cache banks go through the 'banks' parameter)`);
  }
  if (fixed.length === 0 && !isTruthy(banks)) throw wrong('cluster.collect_from_peers requires at least one channel or bank');
  return skipped(ctx);
}

const idOf = (ctx: Context): Value => ctx.opts['id'] ?? ctx.id;
const DEFAULT_BANKS = ['jobs/loads', 'jobs/minions', 'jobs/endtimes', 'jobs/nocache'];
const name = p.string();
const shedParams = {
  ring: p.string(), banks: p.any(DEFAULT_BANKS), subbank_template: p.any('jobs/returns/{key}'), driver: p.any(null), dry_run: p.any(false),
};

export default defineRunner({
  name: 'cluster',
  doc: 'What a master that belongs to no cluster tells of clusters.',
  functions: {
    members: fn({
      doc: 'Tell who votes: nobody.\n\nsalt-run cluster.members',
      run: (_args, ctx) => ({
        node_id: idOf(ctx), voters: [], learners: [], membership_version: -1, voter_count: 0, learner_count: 0, leader_id: null, term: 0,
        unhealthy_voters: [], recently_demoted: [],
      }),
    }),
    rings: fn({
      doc: 'Tell the rings of masters: none.\n\nsalt-run cluster.rings',
      run: (_args, ctx) => ({ node_id: idOf(ctx), rings: {}, active_rings: [], registry_version: -1 }),
    }),
    routes: fn({
      doc: 'Tell which ring keeps what: nothing.\n\nsalt-run cluster.routes',
      run: (_args, ctx) => ({ node_id: idOf(ctx), routes: {}, routing_version: -1, drop_stats: {} }),
    }),
    ring_info: fn({
      doc: 'Tell of the ring of this master: it has none.\n\nsalt-run cluster.ring_info',
      run: () => ({ is_clustered: false, node_count: 0, nodes: [], vnodes: 0 }),
    }),
    sync_roots: fn({
      doc: 'Send files and pillar to the other masters: there are none.\n\nsalt-run cluster.sync_roots roots=file',
      params: { roots: p.any('both') },
      run({ roots }, ctx) {
        if (roots !== 'file' && roots !== 'pillar' && roots !== 'both') throw wrong(`roots must be 'file', 'pillar', or 'both', got ${repr(roots)}`);
        return skipped(ctx);
      },
    }),
    ring_create: fn({
      doc: 'Found a ring.\n\nsalt-run cluster.ring_create name=jobs voters=\'["m1"]\'',
      params: { name, voters: p.any() },
      run(args, ctx) {
        need('ring_create', args);
        return skipped(ctx);
      },
    }),
    ring_destroy: fn({
      doc: 'End a ring.\n\nsalt-run cluster.ring_destroy name=jobs',
      params: { name },
      run(args, ctx) {
        need('ring_destroy', args);
        return skipped(ctx);
      },
    }),
    ring_set: fn({
      doc: 'Change a ring.\n\nsalt-run cluster.ring_set name=jobs replicas=3',
      params: { name: p.any(null), members: p.any(null), replicas: p.any(null) },
      run(args, ctx) {
        need('ring_set', { name: args.name });
        return skipped(ctx);
      },
    }),
    route_set: fn({
      doc: 'Say which ring keeps a kind of data.\n\nsalt-run cluster.route_set data_type=jobs ring=jobs',
      params: { data_type: p.string(), ring: p.string() },
      run(args, ctx) {
        need('route_set', args);
        return skipped(ctx);
      },
    }),
    route_clear: fn({
      doc: 'Forget which ring keeps a kind of data.\n\nsalt-run cluster.route_clear data_type=jobs',
      params: { data_type: p.string() },
      run(args, ctx) {
        need('route_clear', args);
        return skipped(ctx);
      },
    }),
    shed_unowned: fn({
      doc: 'Forget what another master of a ring keeps: there is no ring.\n\nsalt-run cluster.shed_unowned ring=jobs dry_run=True',
      params: shedParams,
      run: ({ ring, banks, dry_run: dryRun }) => shed(ring, banks, dryRun),
    }),
    shed_unowned_all: fn({
      doc: 'The same on all masters of a ring: there is no ring.\n\nsalt-run cluster.shed_unowned_all ring=jobs dry_run=True',
      params: shedParams,
      run({ ring, banks, dry_run: dryRun }, ctx) {
        need('shed_unowned_all', { ring });
        return { fan_out: skipped(ctx), local: shed(ring, banks, dryRun) };
      },
    }),
    shed_status: fn({
      doc: 'Tell what was forgotten last: nothing ever.\n\nsalt-run cluster.shed_status',
      run: (_args, ctx) => ({ status: 'missing', path: join(str(ctx.opts['cachedir'] ?? ''), 'cluster-shed-status.json') }),
    }),
    collect_from_peers: fn({
      doc: 'Fetch what other masters keep: there are none.\n\nsalt-run cluster.collect_from_peers channels=\'["keys"]\'',
      params: { channels: p.any([]), banks: p.any(DEFAULT_BANKS) },
      run: ({ channels, banks }, ctx) => collect(channels, banks, ctx),
    }),
    migrate_jobs_to_cache: fn({
      doc: 'Move the jobs of local_cache to the cache: there are none, jobs stand in a store of their own.\n\nsalt-run cluster.migrate_jobs_to_cache dry_run=True',
      params: { dry_run: p.any(false) },
      run({ dry_run: dryRun }, ctx) {
        const root = join(str(ctx.opts['cachedir'] ?? ''), 'jobs');
        return {
          status: 'skipped', reason: `no local_cache jobs root at ${repr(root)}; nothing to do`, scanned: 0, migrated: 0, skipped: 0, returns_migrated: 0,
          dry_run: dryRun, jobs_root: root,
        };
      },
    }),
  },
});
