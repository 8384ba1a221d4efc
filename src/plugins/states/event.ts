/** Events of states. */
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, wouldChange } from '../../kernel/contract/state.js';
import { isTruthy } from '../../kernel/std/value.js';

const send = fn({
  doc: 'Fire an event on the bus of the master.',
  params: {
    name: p.string(), data: p.any(null), preload: p.any(null), with_env: p.any(false), with_grains: p.any(false), with_pillar: p.any(false),
    show_changed: p.any(true), kwargs: p.keywords(),
  },
  async run({ name, data, show_changed: showChanged, kwargs, ...sent }, ctx) {
    const changes = isTruthy(showChanged) ? { tag: name, data } : {};
    if (ctx.test) return wouldChange(name, 'Event would have been fired', changes);
    const result = await ctx.call('event.send', [name], { data, ...sent, ...kwargs });
    return { name, changes, result, comment: 'Event fired' };
  },
});

export default defineState({
  name: 'event',
  quickGrains: true,
  doc: 'Events of states.',
  functions: {
    send,
    wait: fn({
      doc: 'Do nothing unless something watched has changed.',
      params: { name: p.string(), sfun: p.any(null), data: p.any(null) },
      run: ({ name }) => done(name, ''),
    }),
    mod_watch: send,
  },
  aliases: { fire_master: 'send' },
});
