/** Sends events to Logentries (InsightOps) as lines behind a token. Source: documentation of Salt 3005. */
import { InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineEngine } from '../../kernel/contract/plugin.js';
import { eventJson } from './parts/event-json.js';
import { forwardEvents } from './parts/forward.js';
import { LineSink } from './parts/line-sink.js';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** The service reads it as an end of line inside of one message. */
const LINE_SEPARATOR = '\u2028';

export default defineEngine({
  name: 'logentries',
  doc: 'Send events to Logentries as lines behind the token of a log.',
  params: {
    endpoint: p.string('data.logentries.com'), port: p.int(10_000), token: p.string(null, 'of the log'), tag: p.string('salt/engines/logentries'),
    tls: p.bool(true, 'whether the server speaks TLS on that port (tsalt only)'), tags: p.strings(null, 'only these tags, globs (tsalt only)'),
    funs: p.strings(null, 'only events of these functions (tsalt only)'),
  },
  async start({ endpoint, port, token, tag, tls, tags, funs }, ctx) {
    if (token === null || !UUID.test(token)) throw new InvocationError('token is no Logentries token: it has the form of a UUID');
    using sink = new LineSink({ host: endpoint, port, proto: tls ? 'tls' : 'tcp' });
    await forwardEvents(ctx, { tags: tags ?? [], funs: funs ?? [] }, ({ data }) => sink.send(`${token} ${tag} ${eventJson(data)}`.replace(/\n/g, LINE_SEPARATOR)));
  },
});
