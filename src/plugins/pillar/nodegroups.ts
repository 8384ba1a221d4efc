/**
 * `nodegroups`: the names of the node groups that the minion is in.
 *
 * Source: read, Salt 3008.3.
 */
import { p } from '../../kernel/contract/params.js';
import { defineExtPillar } from '../../kernel/contract/plugin.js';
import { isTruthy } from '../../kernel/std/value.js';
import { groupsOf } from './lookup/groups.js';

export default defineExtPillar({
  name: 'nodegroups',
  doc: 'Names of the node groups that the minion is in, under the key `nodegroups` or another.',
  params: { pillar_name: p.any(null) },
  async extPillar({ pillar_name: name }, ctx, { id }) {
    return { [isTruthy(name) ? String(name) : 'nodegroups']: await groupsOf(id, ctx) };
  },
});
