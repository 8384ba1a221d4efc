/** Ports that modules reach through their own session: templates and states. Both are loaded when first asked for. */
import type { RenderPort } from '../../kernel/contract/ports.js';
import type { StatePort, StateProgress } from '../../kernel/contract/state-engine.js';
import type { Session, SessionPorts } from '../../kernel/loader/call-session.js';
import { isMap, type PlainMap } from '../../kernel/std/value.js';
import type { Renderer } from '../render/contract.js';
import { portOf } from '../render/port.js';
import type { StatePortParts } from './port.js';

export interface SessionPortsOptions {
  readonly hasMaster: boolean;
  /** The pillar may be old, so that each run compiles it anew. */
  readonly isDaemon: boolean;
  /** Hears every run of states. */
  readonly progress?: StateProgress | undefined;
  /** Top data of the sources of this host, where there is no master. */
  readonly ownTops?: () => Promise<PlainMap>;
  /** Gives who hears the run of a job. */
  readonly progressOf?: (jid: string) => StateProgress;
}

export function sessionPorts({ hasMaster, isDaemon, progress, progressOf, ownTops }: SessionPortsOptions): SessionPorts {
  const parts: StatePortParts = { hasMaster, freshPillar: isDaemon, progress, progressOf, externalTops: hasMaster ? masterTops : ownTops ?? (() => Promise.resolve({})) };
  return {
    state: (session): StatePort => ({ open: async (request) => (await import('./port.js')).statePort(session, parts).open(request) }),
    render,
  };
}

function render(session: Session): RenderPort {
  const load = async (): Promise<() => Renderer> => {
    const { sessionRenderer, templateFiles } = await import('../render/session-renderer.js');
    return sessionRenderer(session, { templates: templateFiles(session.port('files'), session.host.sys), pack: session.port('pack') });
  };
  let loaded: Promise<() => Renderer> | undefined;
  return portOf(async () => (await (loaded ??= load()))(), async (error) => {
    const { reportRenderError } = await import('../render/report.js');
    await reportRenderError(error, session.host.log, {}, 'Text');
  });
}

/** What the tops of the master give this minion. */
async function masterTops(session: Session): Promise<PlainMap> {
  const { id, opts } = session.host;
  const found = await session.port('master').request({ cmd: '_master_tops', id, opts: { id, grains: session.host.grains(), saltenv: opts['saltenv'] ?? null } });
  return isMap(found) && !(found instanceof Map) ? found : {};
}
