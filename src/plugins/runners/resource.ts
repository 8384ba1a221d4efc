/**
 * What a master whose minions manage no resources tells of them: minions here register none, so nothing is ever known.
 * Source: observed, Salt 3008.3.
 */
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';

export default defineRunner({
  name: 'resource',
  doc: 'What a master whose minions manage no resources tells of them.',
  functions: {
    show_grains: fn({
      doc: 'Give the grains of a resource; None when nothing is known of it.\n\nsalt-run resource.show_grains type=dummy id=dummy-01',
      params: { type: p.string(), id: p.string() },
      run: () => null,
    }),
    list_grains: fn({ doc: 'Sum up the grains of all resources.\n\nsalt-run resource.list_grains', run: () => ({}) }),
    refresh: fn({
      doc: 'Ask a minion to tell its resources again, by an event; False without a name.\n\nsalt-run resource.refresh minion=web1',
      params: { minion: p.string() },
      run: ({ minion }, ctx) => (minion === '' ? false : ctx.port('events').fireMaster(`minion/${minion}/resource_refresh`, { minion })),
    }),
  },
});
