/** Shows events of the bus as they come, and stops runs of states of the master for a while. Source: golden cli/run-state-event*. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, FunctionMissingError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { expressionMatcher } from '../../kernel/std/expression-match.js';
import { pythonJson } from '../../kernel/std/python-json.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';

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

/** The functions of the module `state` on the master itself; they give nothing. */
async function onMaster(fun: string, args: readonly Value[], ctx: Context): Promise<null> {
  const kwargs: PlainMap = {};
  const done = await ctx.port('masterModules').call({ fun, args, kwargs, withPillar: false, signal: ctx.signal });
  if (done === undefined) throw new FunctionMissingError(fun);
  return null;
}

const jidAndState = { jid: p.string(), state_id: p.string(null, 'the id of a state; the whole run when it is not given') };

const pause = fn({
  doc: 'Stop a run of states before a state, for some seconds or until it is resumed.\n\nsalt-run state.pause 20260102030405678901 vim duration=20',
  params: { ...jidAndState, duration: p.int(null, 'seconds') },
  run: ({ jid, state_id, duration }, ctx) => onMaster('state.pause', [jid, state_id, duration], ctx),
});

const resume = fn({
  doc: 'Let a run of states go on.\n\nsalt-run state.resume 20260102030405678901 vim',
  params: jidAndState,
  run: ({ jid, state_id }, ctx) => onMaster('state.resume', [jid, state_id], ctx),
});

export default defineRunner({
  name: 'state',
  doc: 'Shows events of the bus as they come, and stops runs of states of the master for a while.',
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
      run: ({ jid, state_id }, ctx) => onMaster('state.soft_kill', [jid, state_id], ctx),
    }),
  },
  aliases: { set_pause: 'pause', rm_pause: 'resume' },
});
