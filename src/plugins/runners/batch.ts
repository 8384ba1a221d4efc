/**
 * Shows and stops jobs that run on a few minions at a time.
 *
 * Differs: a batch that is over is not stopped again; Salt 3008.3 calls only a halted one over, and halts a complete one.
 */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { floatOf, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

const withAge = (summary: PlainMap, ctx: Context): PlainMap => ({ ...summary, age_seconds: floatOf(ctx.sys.now() / 1000 - Number(summary['last_progress'])) });

async function stop(jid: string, kill: boolean, ctx: Context): Promise<Value> {
  const batches = ctx.port('batches');
  const isGoing = batches.active().some((batch) => batch['jid'] === jid);
  if (!isGoing) {
    ctx.log.warn({ jid }, 'batch.stop: no such batch runs');
    return false;
  }
  const working = batches.working(jid);
  if (kill && working.length > 0) await ctx.port('local').publish({ tgt: [...working], tgt_type: 'list', fun: 'saltutil.kill_job', arg: [jid] });
  batches.stop(jid, 'stop');
  return true;
}

/** A job id that a command line reads as a number is text. */
const jid = p.string();

export default defineRunner({
  name: 'batch',
  doc: 'Shows and stops jobs that run on a few minions at a time.',
  functions: {
    status: fn({
      doc: 'Tell how far a batch is; None for no batch.\n\nsalt-run batch.status 20240610120000000000',
      params: { jid },
      run(args, ctx) {
        const summary = ctx.port('batches').summary(args.jid);
        return summary === undefined ? null : withAge(summary, ctx);
      },
    }),
    list_active: fn({
      doc: 'Tell of every batch that runs.\n\nsalt-run batch.list_active',
      run: (_args, ctx) => ctx.port('batches').active().map((summary) => withAge(summary, ctx)),
    }),
    stop: fn({
      doc: 'Begin no further minions of a batch; those that work go on, or are told to end with kill=True. False when no such batch runs.\n\nsalt-run batch.stop 20240610120000000000 kill=True',
      params: { jid, kill: p.any(false) },
      run: (args, ctx) => stop(args.jid, isTruthy(args.kill), ctx),
    }),
  },
});
