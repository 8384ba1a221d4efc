/** Looks at and changes what the master reacts to, while it runs. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import type { ReactorPort } from '../../kernel/contract/ports.js';

/** Also of a master: where nothing is configured, nothing reacts. */
function reactor(ctx: Context): ReactorPort {
  const port = ctx.port('reactor');
  if (!port.isRunning) throw new CommandExecutionError('Reactor system is not running.');
  return port;
}

const tested = { saltenv: p.any('base'), test: p.any(null) };

export default defineRunner({
  name: 'reactor',
  doc: 'Looks at and changes what the master reacts to, while it runs. Changes last until the master is started again.',
  functions: {
    list: fn({
      doc: 'List event tags and the files that react to them.\n\nsalt-run reactor.list',
      params: tested,
      run: (_, ctx) => [...reactor(ctx).list()],
    }),
    add: fn({
      doc: "Let files react to a tag.\n\nsalt-run reactor.add 'salt/minion/*/start' reactors='/srv/reactor/start.sls'",
      params: { event: p.string(), reactors: p.any(), ...tested },
      run: ({ event, reactors }, ctx) => reactor(ctx).add(event, typeof reactors === 'string' ? [reactors] : reactors),
    }),
    delete: fn({
      doc: "No longer react to a tag.\n\nsalt-run reactor.delete 'salt/minion/*/start'",
      params: { event: p.string(), ...tested },
      run: ({ event }, ctx) => reactor(ctx).delete(event),
    }),
    is_leader: fn({
      doc: 'Whether this master reacts to events.\n\nsalt-run reactor.is_leader',
      run: (_, ctx) => reactor(ctx).isLeader,
    }),
    set_leader: fn({
      doc: 'Let this master react to events, or not.\n\nsalt-run reactor.set_leader False',
      params: { value: p.any(true) },
      run: ({ value }, ctx) => reactor(ctx).setLeader(value === true),
    }),
  },
});
