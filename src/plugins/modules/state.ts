/** Applies states to this minion, and shows what would be applied. */
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isTruthy } from '../../kernel/std/value.js';
import { runHighstate, runSingle, runSls } from './state/runs.js';

const keywords = p.keywords({ pub: true });

export default defineModule({
  name: 'state',
  doc: 'Applies states to this minion, and shows what would be applied.',
  functions: {
    apply: fn({
      doc: "Apply the highstate, or the SLS files that are named.\n\nsalt '*' state.apply\nsalt '*' state.apply web,db",
      params: { mods: p.any(null), kwargs: keywords },
      outputter: 'highstate',
      run: ({ mods, kwargs }, ctx) => {
        const { test = null, state_events: stateEvents = null, exclude = null, sync_mods: syncMods = null } = kwargs;
        return isTruthy(mods) ? runSls({ mods, test, exclude, syncMods, stateEvents, kwargs }, ctx) : runHighstate({ test, stateEvents, kwargs }, ctx);
      },
    }),
    single: fn({
      doc: "Call one state function.\n\nsalt '*' state.single pkg.installed name=vim",
      params: { fun: p.string(), name: p.any(), test: p.any(null), queue: p.any(null), kwargs: keywords },
      outputter: 'highstate',
      run: ({ fun, name, test, kwargs }, ctx) => runSingle(fun, name, test, kwargs, ctx),
    }),
  },
});
