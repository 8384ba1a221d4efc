/** Counters of the running master; ours, Salt has them as events only. */
import { defineRunner, fn } from '../../kernel/contract/plugin.js';

export default defineRunner({
  name: 'stats',
  doc: 'Counters of the running master since its start: jobs, returns, events, requests, queues, lags, memory. `tsalt-run stats` alone is `stats.show`.',
  functions: {
    show: fn({
      doc: 'Give all counters of the master.\n\ntsalt-run stats.show',
      run: (_, ctx) => ctx.port('stats').counters(),
    }),
    metrics: fn({
      doc: 'Give the counters as OpenMetrics text, as the endpoint of the option metrics_port does.\n\ntsalt-run stats.metrics --out=txt',
      run: (_, ctx) => ctx.port('stats').metrics(),
    }),
  },
});
