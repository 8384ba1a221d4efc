/**
 * Orchestrations: states of the master itself; shows events of the bus as they come, and stops runs of states for a while.
 * Source: golden cli/run-state-event*, run-orch-*.
 */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { expressionMatcher } from '../../kernel/std/expression-match.js';
import { pythonJson } from '../../kernel/std/python-json.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { execute } from './lookup/execute.js';
import { environments, onMaster, orchestrate, pillarOf } from './state/orchestrate.js';

const INDENT = '    ';

interface Shown {
  readonly tagmatch: string;
  readonly count: number;
  readonly quiet: boolean;
  readonly pretty: boolean;
}

/** Until so many came, or whoever asked is gone. */
async function showEvents({ tagmatch, count, quiet, pretty }: Shown, ctx: Context): Promise<null> {
  if (count === 0) return null;
  const events = ctx.port('events').listen?.(ctx.signal);
  if (events === undefined) throw new CommandExecutionError('Nobody can listen to events here');
  const fits = expressionMatcher(tagmatch);
  let left = count;
  for await (const { tag, data } of events) {
    if (!fits(tag)) continue;
    const text = pythonJson(data, { indent: pretty ? INDENT : null, sortKeys: pretty });
    if (!quiet) ctx.port('runner').print(ctx.job, `${tag}\t${text ?? '{}'}`);
    left -= 1;
    if (left === 0) break;
  }
  return null;
}

/** The functions of the module `state` that give nothing. */
async function tell(fun: string, args: readonly Value[], ctx: Context): Promise<null> {
  await onMaster(fun, { args, kwargs: {} }, ctx);
  return null;
}

const ofSls = { saltenv: p.any('base'), test: p.any(null) };
const ofPillar = { pillar: p.any(null), pillarenv: p.any(null), pillar_enc: p.any(null) };

const orchestration = fn({
  doc: 'Run states on the master: steps on minions and on the master itself, in their order.\n\nsalt-run state.orchestrate orch.deploy\nsalt-run state.orchestrate orch.deploy pillar=\'{"version": "1.2"}\'',
  params: { mods: p.any(), ...ofSls, exclude: p.any(null), ...ofPillar, orchestration_jid: p.any(null) },
  run: (wish, ctx) => orchestrate(wish, ctx),
});

const showOrchestration = fn({
  doc: 'Show the states of an orchestration as they are rendered.\n\nsalt-run state.orchestrate_show_sls orch.deploy',
  params: { mods: p.any(), ...ofSls, queue: p.any(false), ...ofPillar },
  async run({ mods, test, queue, pillar, ...given }, ctx) {
    const kwargs = { ...pillarOf(pillar), ...environments(given, ctx), ...(given.pillar_enc === null ? {} : { pillar_enc: given.pillar_enc }), concurrent: true };
    return { [ctx.id]: await onMaster('state.show_sls', { args: [mods, test, queue], kwargs }, ctx) };
  },
});

/** Draws the order of states: of minions when there is a target, else of the master. */
async function draw(fun: 'state.graph' | 'state.graph_highstate', wish: { mods?: Value; tgt: Value; tgt_type: string; timeout: number | null; kwargs: PlainMap }, ctx: Context): Promise<Value> {
  const arg = wish.mods === undefined ? [] : [wish.mods];
  if (!isTruthy(wish.tgt)) return onMaster(fun, { args: arg, kwargs: wish.kwargs }, ctx);
  return execute(ctx, { tgt: wish.tgt, tgt_type: wish.tgt_type, fun, arg, kwarg: wish.kwargs, ...(wish.timeout === null ? {} : { timeoutMs: wish.timeout * 1000 }) });
}

const jidAndState = { jid: p.string(), state_id: p.string(null, 'the id of a state; the whole run when it is not given') };

const pause = fn({
  doc: 'Stop a run of states before a state, for some seconds or until it is resumed.\n\nsalt-run state.pause 20260102030405678901 vim duration=20',
  params: { ...jidAndState, duration: p.int(null, 'seconds') },
  run: ({ jid, state_id, duration }, ctx) => tell('state.pause', [jid, state_id, duration], ctx),
});

const resume = fn({
  doc: 'Let a run of states go on.\n\nsalt-run state.resume 20260102030405678901 vim',
  params: jidAndState,
  run: ({ jid, state_id }, ctx) => tell('state.resume', [jid, state_id], ctx),
});

export default defineRunner({
  name: 'state',
  doc: 'Orchestrations: states of the master itself. Shows events of the bus as they come, and stops runs of states for a while.',
  functions: {
    event: fn({
      doc: "Show events as they come, each with its tag; all, or the first count of those that fit.\n\nsalt-run state.event pretty=True\nsalt-run state.event 'salt/job/*/ret/*' count=10",
      params: {
        tagmatch: p.string('*', 'tags to show: a glob or a regular expression'), count: p.int(-1, 'end after so many'), quiet: p.bool(false, 'show nothing, only wait'),
        sock_dir: p.string(null, 'has no effect: the master itself listens'), pretty: p.bool(false, 'on several lines, sorted by key'),
        node: p.string('master', 'has no effect: the master itself listens'),
      },
      run: (shown, ctx) => showEvents(shown, ctx),
    }),
    pause,
    resume,
    soft_kill: fn({
      doc: 'End a run of states before a state.\n\nsalt-run state.soft_kill 20260102030405678901 vim',
      params: jidAndState,
      run: ({ jid, state_id }, ctx) => tell('state.soft_kill', [jid, state_id], ctx),
    }),
    orchestrate: orchestration,
    orchestrate_single: fn({
      doc: 'Run one state on the master.\n\nsalt-run state.orchestrate_single fun=salt.wheel name=key.list_all',
      params: { fun: p.string(), name: p.any(), test: p.any(null), queue: p.any(false), pillar: p.any(null), kwargs: p.keywords() },
      async run({ fun, name, test, pillar, kwargs }, ctx) {
        const rows = await onMaster('state.single', { args: [fun, name], kwargs: { ...kwargs, test, ...pillarOf(pillar) } }, ctx);
        const answer = { [ctx.id]: rows };
        await ctx.port('runner').progress(ctx.job, { data: answer, outputter: 'highstate' });
        return answer;
      },
    }),
    orchestrate_high: fn({
      doc: 'Run states on the master that are given as data.\n\nsalt-run state.orchestrate_high \'{"ping": {"salt.function": [{"name": "test.ping"}, {"tgt": "*"}]}}\'',
      params: { data: p.any(), test: p.any(null), queue: p.any(false), pillar: p.any(null), kwargs: p.keywords() },
      async run({ data, test, pillar, kwargs }, ctx) {
        const rows = await onMaster('state.high', { args: [data], kwargs: { ...kwargs, test, ...pillarOf(pillar) } }, ctx);
        const answer = { [ctx.id]: rows };
        await ctx.port('runner').progress(ctx.job, { data: answer, outputter: 'highstate' });
        return answer;
      },
    }),
    orchestrate_show_sls: showOrchestration,
    graph: fn({
      doc: 'Draw the order of states, for Graphviz.\n\nsalt-run state.graph orch.deploy',
      params: { mods: p.any(), tgt: p.any(null), tgt_type: p.string('glob'), ...ofSls, ...ofPillar, timeout: p.float(null, 'seconds') },
      run: ({ mods, tgt, tgt_type, timeout, test, pillar, ...given }, ctx) =>
        draw('state.graph', { mods, tgt, tgt_type, timeout, kwargs: { test, ...pillarOf(pillar), ...environments(given, ctx) } }, ctx),
    }),
    graph_highstate: fn({
      doc: "Draw the order of the states that the top file gives, for Graphviz.\n\nsalt-run state.graph_highstate tgt='web1'",
      params: { tgt: p.any(null), tgt_type: p.string('glob'), ...ofPillar, timeout: p.float(null, 'seconds') },
      run: ({ tgt, tgt_type, timeout, pillar, pillarenv }, ctx) => draw('state.graph_highstate', { tgt, tgt_type, timeout, kwargs: { ...pillarOf(pillar), ...(pillarenv === null ? {} : { pillarenv }) } }, ctx),
    }),
  },
  aliases: { set_pause: 'pause', rm_pause: 'resume', orch: 'orchestrate', sls: 'orchestrate', orch_show_sls: 'orchestrate_show_sls' },
});
