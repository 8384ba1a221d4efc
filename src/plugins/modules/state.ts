/** Applies states to this minion, and shows what would be applied. */
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import type { Context } from '../../kernel/contract/context.js';
import { isTruthy, type Value } from '../../kernel/std/value.js';
import { clearCopies } from './state/copies.js';
import { disabledList, setDisabled } from './state/disabled.js';
import { follow } from './state/follow.js';
import { orchestrateAlone } from './state/orchestrate.js';
import { runPackage } from './state/package.js';
import { pause, pauses, resume, softKill } from './state/pauses.js';
import { planOf } from './state/plan.js';
import { splitInput, type Keywords } from './state/request.js';
import { checkRequest, clearRequest, request, runRequest } from './state/requests.js';
import { runHigh, runHighstate, runId, runLow, runSingle, runSls, runTemplate, runTemplateText } from './state/runs.js';
import {
  graphHighstate, graphSls, idExists, showHighstate, showLowSls, showLowstate, showSls, showStates, showTop, showUsage, slsExists,
} from './state/shows.js';
import { inTurn, othersThan, saying } from './state/turns.js';

const kwargs = p.keywords({ pub: true });
const queue = p.any(null, 'wait for a run that goes on; a number: when fewer than so many are before it');
const test = p.any(null, 'only say what would change');
const mods = p.any();
const shown = { queue, kwargs };
const ofSls = { mods, test, queue, kwargs };
const HIGHSTATE = { outputter: 'highstate' } as const;

/** `state.apply`, with the words it is called with by name. */
function apply(asked: Value, { queue: wait = null, ...given }: Keywords, ctx: Context): Promise<Value> {
  const { test: dry = null, state_events: stateEvents = null, exclude = null, sync_mods: syncMods = null, ...others } = given;
  return isTruthy(asked)
    ? inTurn('state.apply', { queue: wait, kwargs: given }, ctx, () => runSls({ mods: asked, test: dry, exclude, syncMods, stateEvents, kwargs: others }, ctx))
    : inTurn('state.apply', { queue: wait, kwargs: given }, ctx, () => runHighstate({ test: dry, stateEvents, kwargs: given }, ctx));
}

export default defineModule({
  name: 'state',
  quickGrains: true,
  doc: 'Applies states to this minion, and shows what would be applied.',
  functions: {
    apply: fn({
      doc: "Apply the highstate, or the SLS files that are named.\n\nsalt '*' state.apply\nsalt '*' state.apply web,db test=True",
      params: { mods: p.any(null), kwargs }, ...HIGHSTATE,
      run: ({ mods: asked, kwargs: given }, ctx) => apply(asked, given, ctx),
    }),
    highstate: fn({
      doc: "Apply all that the top file gives to this minion.\n\nsalt '*' state.highstate",
      params: { test, queue, state_events: p.any(null, 'tell the master what became of each state'), kwargs }, ...HIGHSTATE,
      run: ({ test: dry, queue: wait, state_events: stateEvents, kwargs: given }, ctx) =>
        inTurn('state.highstate', { queue: wait, kwargs: given }, ctx, () => runHighstate({ test: dry, stateEvents, kwargs: given }, ctx)),
    }),
    sls: fn({
      doc: "Apply SLS files.\n\nsalt '*' state.sls web,db",
      params: {
        mods, test, exclude: p.any(null, 'SLS files, or {id: x}, to leave out'), queue, sync_mods: p.any(null, 'kinds of user modules to fetch before'),
        state_events: p.any(null), kwargs,
      }, ...HIGHSTATE,
      run: ({ mods: asked, test: dry, exclude, queue: wait, sync_mods: syncMods, state_events: stateEvents, kwargs: given }, ctx) =>
        inTurn('state.sls', { queue: wait, kwargs: given }, ctx, () => runSls({ mods: asked, test: dry, exclude, syncMods, stateEvents, kwargs: given }, ctx)),
    }),
    sls_id: fn({
      doc: "Apply one id of SLS files, with what it requires.\n\nsalt '*' state.sls_id nginx web",
      params: { id_: p.any(), mods, test, queue, state_events: p.any(null), kwargs }, ...HIGHSTATE,
      run: ({ id_: id, mods: asked, test: dry, queue: wait, state_events: stateEvents, kwargs: given }, ctx) =>
        inTurn('state.sls_id', { queue: wait, kwargs: given }, ctx, () => runId(id, { mods: asked, test: dry, stateEvents, kwargs: given }, ctx)),
    }),
    single: fn({
      doc: "Call one state function.\n\nsalt '*' state.single pkg.installed name=vim",
      params: { fun: p.string(), name: p.any(), test, queue, kwargs }, ...HIGHSTATE,
      run: ({ fun, name, test: dry, queue: wait, kwargs: given }, ctx) =>
        inTurn('state.single', { queue: wait, kwargs: given }, ctx, () => runSingle(fun, name, dry, given, ctx)),
    }),
    low: fn({
      doc: "Call one low chunk.\n\nsalt '*' state.low '{\"state\": \"pkg\", \"fun\": \"installed\", \"name\": \"vi\", \"__id__\": \"vi\"}'",
      params: { data: p.any(), queue, kwargs }, ...HIGHSTATE,
      run: ({ data, queue: wait, kwargs: given }, ctx) => inTurn('state.low', { queue: wait, kwargs: given }, ctx, () => runLow(data, given, ctx)),
    }),
    high: fn({
      doc: "Apply high data.\n\nsalt '*' state.high '{\"vim\": {\"pkg\": [\"installed\"]}}'",
      params: { data: p.any(), test, queue, kwargs }, ...HIGHSTATE,
      run: ({ data, test: dry, queue: wait, kwargs: given }, ctx) => inTurn('state.high', { queue: wait, kwargs: given }, ctx, () => runHigh(data, dry, given, ctx)),
    }),
    top: fn({
      doc: "Apply the highstate of another top file.\n\nsalt '*' state.top reverse_top.sls",
      params: { topfn: p.string(), test, queue, kwargs }, ...HIGHSTATE,
      run: ({ topfn: topFile, test: dry, queue: wait, kwargs: given }, ctx) =>
        inTurn('state.top', { queue: wait, kwargs: given }, ctx, () => runHighstate({ test: dry, stateEvents: null, kwargs: given, topFile }, ctx)),
    }),
    template: fn({
      doc: "Apply an SLS file of this machine.\n\nsalt '*' state.template /srv/one.sls",
      params: { tem: p.string(), queue, kwargs }, ...HIGHSTATE,
      run: ({ tem, queue: wait, kwargs: given }, ctx) => inTurn('state.template', { queue: wait, kwargs: given }, ctx, () => runTemplate(tem, given, ctx)),
    }),
    template_str: fn({
      doc: "Apply an SLS that is given as text.\n\nsalt '*' state.template_str '{vim: {pkg.installed: []}}'",
      params: { tem: p.string(), queue, kwargs }, ...HIGHSTATE,
      run: ({ tem, queue: wait, kwargs: given }, ctx) => inTurn('state.template_str', { queue: wait, kwargs: given }, ctx, () => runTemplateText(tem, given, ctx)),
    }),
    test: fn({
      doc: "Say what `state.apply` with the same arguments would change.\n\nsalt '*' state.test web",
      params: { args: p.rest(), kwargs }, ...HIGHSTATE,
      run: ({ args, kwargs: given }, ctx) => apply(args[0] ?? null, { ...given, test: true }, ctx),
    }),
    show_highstate: fn({
      doc: "Show the high data of the highstate.\n\nsalt '*' state.show_highstate", params: shown,
      run: ({ queue: wait, kwargs: given }, ctx) => inTurn('state.show_highstate', { queue: wait, kwargs: given }, ctx, () => showHighstate(given, ctx)),
    }),
    show_lowstate: fn({
      doc: "Show the low chunks of the highstate in their order.\n\nsalt '*' state.show_lowstate", params: shown,
      run: ({ queue: wait, kwargs: given }, ctx) => inTurn('state.show_lowstate', { queue: wait, kwargs: given }, ctx, () => showLowstate(given, ctx)),
    }),
    show_states: fn({
      doc: "Show the names of the SLS files that would be applied.\n\nsalt '*' state.show_states", params: shown,
      run: ({ queue: wait, kwargs: given }, ctx) => inTurn('state.show_states', { queue: wait, kwargs: given }, ctx, () => showStates(given, ctx)),
    }),
    show_state_usage: fn({
      doc: "Show which SLS files the top file gives to this minion, and which not.\n\nsalt '*' state.show_state_usage", params: shown,
      run: ({ queue: wait, kwargs: given }, ctx) => inTurn('state.show_state_usage', { queue: wait, kwargs: given }, ctx, () => showUsage(given, ctx)),
    }),
    show_top: fn({
      doc: "Show what the top file gives to this minion.\n\nsalt '*' state.show_top", params: shown,
      run: ({ queue: wait, kwargs: given }, ctx) => inTurn('state.show_top', { queue: wait, kwargs: given }, ctx, () => showTop(given, ctx)),
    }),
    show_sls: fn({
      doc: "Show the high data of SLS files.\n\nsalt '*' state.show_sls web,db", params: ofSls,
      run: ({ queue: wait, kwargs: given, ...others }, ctx) => inTurn('state.show_sls', { queue: wait, kwargs: given }, ctx, () => showSls({ ...others, kwargs: given }, ctx)),
    }),
    show_low_sls: fn({
      doc: "Show the low chunks of SLS files.\n\nsalt '*' state.show_low_sls web,db", params: ofSls,
      run: ({ queue: wait, kwargs: given, ...others }, ctx) => inTurn('state.show_low_sls', { queue: wait, kwargs: given }, ctx, () => showLowSls({ ...others, kwargs: given }, ctx)),
    }),
    sls_exists: fn({
      doc: "True when the SLS files are there and make sense.\n\nsalt '*' state.sls_exists web,db", params: ofSls,
      run: ({ queue: wait, kwargs: given, ...others }, ctx) => inTurn('state.sls_exists', { queue: wait, kwargs: given }, ctx, () => slsExists({ ...others, kwargs: given }, ctx)),
    }),
    id_exists: fn({
      doc: "True when the SLS files have all these ids.\n\nsalt '*' state.id_exists nginx,php web", params: { ids: p.any(), ...ofSls },
      run: ({ ids, queue: wait, kwargs: given, ...others }, ctx) => inTurn('state.id_exists', { queue: wait, kwargs: given }, ctx, () => idExists(ids, { ...others, kwargs: given }, ctx)),
    }),
    graph: fn({
      doc: "Draw what SLS files require of one another, for Graphviz; with `form=text` their order, a line for each state.\n\nsalt '*' state.graph web form=text", params: ofSls,
      run: ({ queue: wait, kwargs: given, ...others }, ctx) => inTurn('state.graph', { queue: wait, kwargs: given }, ctx, () => graphSls({ ...others, kwargs: given }, ctx)),
    }),
    graph_highstate: fn({
      doc: "Draw the highstate as `state.graph` draws SLS files.\n\nsalt '*' state.graph_highstate", params: shown,
      run: ({ queue: wait, kwargs: given }, ctx) => inTurn('state.graph_highstate', { queue: wait, kwargs: given }, ctx, () => graphHighstate(given, ctx)),
    }),
    request: fn({
      doc: "Say what would change, and keep the request for `state.run_request`.\n\nsalt '*' state.request web", params: { mods: p.any(null), kwargs }, ...HIGHSTATE,
      run: ({ mods: asked, kwargs: given }, ctx) => request(asked, given, (named, words) => apply(named, words, ctx), ctx),
    }),
    check_request: fn({
      doc: "Show kept requests.\n\nsalt '*' state.check_request", params: { name: p.string(null) }, run: ({ name }, ctx) => checkRequest(name, ctx),
    }),
    clear_request: fn({
      doc: "Forget a kept request, or all.\n\nsalt '*' state.clear_request", params: { name: p.string(null) }, run: ({ name }, ctx) => clearRequest(name, ctx),
    }),
    run_request: fn({
      doc: "Carry out a kept request.\n\nsalt '*' state.run_request", params: { name: p.string('default'), kwargs }, ...HIGHSTATE,
      run: ({ name, kwargs: given }, ctx) => runRequest(name, given, (named, words) => apply(named, words, ctx), ctx),
    }),
    pause: fn({
      doc: "Let a run wait before an id, or before whatever comes next.\n\nsalt '*' state.pause 20260101120000000000 vim 20",
      params: { jid: p.any(), state_id: p.any(null), duration: p.any(null, 'seconds; until `state.resume` when not given') },
      run: ({ jid, state_id: id, duration }, ctx) => pause(jid, id, duration, ctx),
    }),
    resume: fn({
      doc: "Let a run go on.\n\nsalt '*' state.resume 20260101120000000000", params: { jid: p.any(), state_id: p.any(null) },
      run: ({ jid, state_id: id }, ctx) => resume(jid, id, ctx),
    }),
    soft_kill: fn({
      doc: "End a run before an id, or before whatever comes next.\n\nsalt '*' state.soft_kill 20260101120000000000", params: { jid: p.any(), state_id: p.any(null) },
      run: ({ jid, state_id: id }, ctx) => softKill(jid, id, ctx),
    }),
    get_pauses: fn({
      doc: "List the runs that are to wait or to end.\n\nsalt '*' state.get_pauses", params: { jid: p.any(null) }, run: ({ jid }, ctx) => pauses(jid, ctx),
    }),
    pkg: fn({
      doc: 'Apply the states of a package, as salt-ssh sends it.',
      params: { pkg_path: p.string(), pkg_sum: p.string(), hash_type: p.string(), test, kwargs }, ...HIGHSTATE,
      run: (wish, ctx) => runPackage(wish, ctx),
    }),
    event: fn({
      doc: "Show the events of the bus of this minion, or of the master on its machine.\n\nsalt-call state.event 'salt/job/*' count=5 node=master",
      params: {
        tagmatch: p.string('*'), count: p.int(-1, 'how many; without end when below 0'), quiet: p.bool(false), sock_dir: p.string(null), pretty: p.bool(false),
        node: p.string('minion'),
      },
      run: (wish, ctx) => follow(wish, ctx),
    }),
    plan: fn({
      doc: "Say what `state.apply` with the same arguments would change, without times: minions with equal plans answer alike.\n\nsalt '*' state.plan web",
      params: { mods: p.any(null), queue, kwargs },
      run: ({ mods: asked, queue: wait, kwargs: given }, ctx) => inTurn('state.plan', { queue: wait, kwargs: given }, ctx, () => planOf(asked, given, ctx)),
    }),
    running: fn({
      doc: "Say which state runs go on.\n\nsalt '*' state.running", params: { concurrent: p.bool(false) },
      run: async ({ concurrent }, ctx) => (concurrent ? [] : (await othersThan(String(ctx.job['jid'] ?? ''), ctx)).map(saying)),
    }),
    disable: fn({
      doc: "Forbid SLS files, or the highstate, on this minion.\n\nsalt '*' state.disable highstate", params: { states: p.any() },
      run: ({ states }, ctx) => setDisabled(splitInput(states), true, ctx),
    }),
    enable: fn({
      doc: "Allow again what was forbidden.\n\nsalt '*' state.enable highstate", params: { states: p.any() },
      run: ({ states }, ctx) => setDisabled(splitInput(states), false, ctx),
    }),
    list_disabled: fn({ doc: "List what is forbidden on this minion.\n\nsalt '*' state.list_disabled", run: (_, ctx) => disabledList(ctx) }),
    clear_cache: fn({ doc: "Remove kept high data; gives the names of the files.\n\nsalt '*' state.clear_cache", run: (_, ctx) => clearCopies(ctx) }),
    orchestrate: fn({
      doc: 'Run an orchestration on a machine without a master: its own states, with its own files and pillar.\n\nsalt-call --local state.orchestrate orch.deploy',
      params: { mods, saltenv: p.any('base'), test, exclude: p.any(null), pillar: p.any(null), pillarenv: p.any(null) },
      run: (wish, ctx) => orchestrateAlone(wish, ctx),
    }),
  },
});
