/** The numbers of each result as metrics for Graphite's carbon. Source: the documentation of Salt 3006. */
import { defineReturner } from '../../kernel/contract/plugin.js';
import type { ReturnerContext } from '../../kernel/contract/returner.js';
import { newJid } from '../../kernel/std/time.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { metricsOf, pickled, plainText } from './carbon/metrics.js';
import { LineSocket } from '../../kernel/sys/net/line-socket.js';
import { flagOption, needed, serverOf } from './shared/options.js';

const PORT = 2003;
/** Carbon reads no more than 1 MiB of a pickle. */
const METRICS_AT_ONCE = 500;

async function send(ret: Readonly<PlainMap>, ctx: ReturnerContext): Promise<void> {
  const { options } = ctx;
  if (needed(ctx, 'carbon', ['host', 'port']) === undefined) return;
  const { metrics, others } = metricsOf(String(ret['fun'] ?? ''), String(ret['id'] ?? ''), ret['return'] ?? null);
  if (others.length > 0 && !flagOption(options, 'skip_on_error')) {
    // It will never be a number: to be called again is of no use.
    ctx.log.error({ jid: ret['jid'], path: others[0], others: others.length }, 'carbon: a value is no number, nothing is sent; carbon.skip_on_error leaves such values out');
    return;
  }
  if (metrics.length === 0) return;
  const isPickle = String(options['mode']).toLowerCase() === 'pickle';
  const seconds = Math.floor(ctx.sys.now() / 1000);
  await using socket = await LineSocket.open({ ...serverOf(options, PORT), what: 'Carbon' }, ctx.signal);
  for (let at = 0; at < metrics.length; at += METRICS_AT_ONCE) {
    const some = metrics.slice(at, at + METRICS_AT_ONCE);
    await socket.write(isPickle ? pickled(some, seconds) : plainText(some, seconds));
  }
  // Carbon says nothing; that it closes after us without an error is all that can be known.
  await socket.finish();
}

export default defineReturner({
  name: 'carbon_return',
  serves: 'carbon',
  doc: "The numbers of each result as metrics for Graphite's carbon.",
  options: {
    host: { doc: 'where carbon is' },
    port: { doc: 'its port for the mode' },
    skip_on_error: { doc: 'true: what is no number is left out', default: false },
    mode: { doc: 'text or pickle', default: 'text' },
  },
  returner: send,
  prepJid: (_nocache, passedJid) => passedJid ?? newJid(),
});
