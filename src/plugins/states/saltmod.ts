/** Steps of an orchestration: states and functions on minions, functions of the master, waiting for events. */
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { runFunction } from './saltmod/run-function.js';
import { runInParallel, runOnMaster } from './saltmod/run-runners.js';
import { runStates } from './saltmod/run-states.js';
import { waitForEvent } from './saltmod/wait-for-event.js';

export default defineState({
  name: 'saltmod',
  serves: 'salt',
  doc: 'Steps of an orchestration: states and functions on minions, functions of the master, waiting for events.',
  functions: {
    state: fn({
      doc: 'Apply states on minions. Fails when more than allow_fail of them fail.',
      params: {
        name: p.string(), tgt: p.any(), ssh: p.any(false), tgt_type: p.string('glob'), ret: p.any(''), ret_config: p.any(null), ret_kwargs: p.any(null),
        highstate: p.any(null, 'apply the top file'), sls: p.any(null, 'a name or a list'), top: p.any(null, 'a top file of another name'), saltenv: p.any(null), test: p.any(null),
        pillar: p.any(null), pillarenv: p.any(null), expect_minions: p.any(true, 'fail when nobody answers'), exclude: p.any(null),
        fail_minions: p.any(null, 'minions that may fail'), allow_fail: p.any(0, 'so many may fail'), concurrent: p.any(false), timeout: p.any(null), batch: p.any(null), queue: p.any(false),
        subset: p.any(null), orchestration_jid: p.any(null), failhard: p.any(null), kwargs: p.keywords(),
      },
      run: (wish, ctx) => runStates(wish, ctx),
    }),
    function: fn({
      doc: 'Run an execution function on minions.',
      params: {
        name: p.string(), tgt: p.any(), ssh: p.any(false), tgt_type: p.string('glob'), ret: p.any(''), ret_config: p.any(null), ret_kwargs: p.any(null), expect_minions: p.any(false),
        fail_minions: p.any(null, 'minions that may fail'), fail_function: p.any(null, 'says of each answer whether it is good'), arg: p.any(null, 'a list'), kwarg: p.any(null, 'a map'),
        timeout: p.any(null), batch: p.any(null), subset: p.any(null), failhard: p.any(null), kwargs: p.keywords(),
      },
      run: (wish, ctx) => runFunction(wish, ctx),
    }),
    wait_for_event: fn({
      doc: 'Wait until an event came from each of a list; events of before do not count.',
      params: { name: p.string(), id_list: p.any(), event_id: p.string('id'), timeout: p.float(300, 'seconds'), node: p.string('master') },
      run: ({ name, id_list, event_id, timeout }, ctx) => waitForEvent({ name, idList: id_list, eventId: event_id, timeoutSeconds: timeout }, ctx),
    }),
    runner: fn({
      doc: 'Run a runner of the master.',
      params: { name: p.string(), kwargs: p.keywords() },
      run: ({ name, kwargs }, ctx) => runOnMaster('Runner', name, kwargs, ctx),
    }),
    parallel_runners: fn({
      doc: 'Run several runners at the same time.',
      params: { name: p.string(), runners: p.any(), kwargs: p.keywords() },
      run: ({ name, runners }, ctx) => runInParallel(name, runners, ctx),
    }),
    wheel: fn({
      doc: 'Run a wheel function of the master.',
      params: { name: p.string(), kwargs: p.keywords() },
      run: ({ name, kwargs }, ctx) => runOnMaster('Wheel', name, kwargs, ctx),
    }),
  },
});
