/** Ports of a call on a minion: templates, states, and the master that may run beside it. */
import type { PlainMap } from '../kernel/std/value.js';
import type { Session, SessionPorts } from '../kernel/loader/call-session.js';
import { sessionPorts, type SessionPortsOptions } from '../sls/state/session-ports.js';
import type { besidePorts } from '../client/beside.js';

export function minionSessionPorts(opts: Readonly<PlainMap>, options: SessionPortsOptions): SessionPorts {
  // Loaded when first asked for: few minions have a master beside them.
  const beside = async (session: Session): Promise<ReturnType<typeof besidePorts>> => (await import('../client/beside.js')).besidePorts(String(opts['conf_file']), session.options.signal);
  return {
    ...sessionPorts(options),
    local: (session) => ({
      async *returns(job, signal) {
        yield* (await beside(session)).local.returns(job, signal);
      },
      publish: async (job) => (await beside(session)).local.publish(job),
    }),
    masterSide: (session) => ({
      runner: async (call) => (await beside(session)).masterSide.runner(call),
      wheel: async (call) => (await beside(session)).masterSide.wheel(call),
    }),
  };
}
