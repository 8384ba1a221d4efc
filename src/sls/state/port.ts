/** The state engine as the module `state` reaches it. */
import type { StateEngineRequest, StatePort, StateProgress } from '../../kernel/contract/state-engine.js';
import type { Session } from '../../kernel/loader/call-session.js';
import { mergeMaps } from '../../kernel/std/merge.js';
import { isMap, isTruthy, mapGet, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { sessionRenderer, templateFiles } from '../render/session-renderer.js';
import { Engine } from './engine.js';
import { withSentFiles } from './sent-files.js';
import { reportUnfinished } from './run/run-journal.js';

export interface StatePortParts {
  /** States are told to a master. */
  readonly hasMaster: boolean;
  /** The pillar is compiled anew for each run; a program that has just fetched it need not. */
  readonly freshPillar: boolean;
  /** Hears runs of which nobody else wants to hear. */
  readonly progress?: StateProgress | undefined;
  readonly progressOf?: ((jid: string) => StateProgress) | undefined;
  /** What external sources of tops give this minion. */
  readonly externalTops: (session: Session) => Promise<ValueMap>;
}

export function statePort(session: Session, parts: StatePortParts): StatePort {
  return { open: (request) => openEngine(session, parts, request) };
}

/** Options that a master sets for the runs of its minions. Source: read, Salt 3008.3. */
const OF_MASTER = [
  'renderer', 'failhard', 'state_top', 'state_top_saltenv', 'nodegroups', 'state_auto_order', 'file_roots', 'top_file_merging_strategy', 'env_order',
  'default_top', 'jinja_env', 'jinja_sls_env', 'jinja_lstrip_blocks', 'jinja_trim_blocks',
] as const;
/** The master's count where the minion has none. */
const OF_EITHER = ['state_events', 'state_aggregate'] as const;

async function openEngine(given: Session, parts: StatePortParts, request: StateEngineRequest): Promise<Engine> {
  const session = request.sent === undefined ? given : withSentFiles(given, request.sent);
  const files = session.port('files');
  const opts = await runOptions(session, parts, request);
  const refresh = session.port('refresh');
  const gatherPillar = async (): Promise<PlainMap> => {
    const [saltenv, pillarenv] = [opts['saltenv'], opts['pillarenv']];
    const pillar = await refresh.compilePillar({
      ...(typeof saltenv === 'string' ? { saltenv } : {}), ...(typeof pillarenv === 'string' ? { pillarenv } : {}),
      ...(request.pillar === undefined ? {} : { override: request.pillar }),
    });
    return request.pillar === undefined ? pillar : overlay(pillar, request.pillar, opts);
  };
  const isOwn = !parts.freshPillar && request.pillar === undefined && (opts['pillarenv'] ?? null) === (session.host.opts['pillarenv'] ?? null);
  let pillar = isOwn ? session.host.pillar() : await gatherPillar();
  const run = session.withFacts({ opts, pillar: () => pillar }).as('modules', { test: request.test });
  const { log, sys } = session.host;
  reportUnfinished(String(opts['cachedir']), log);
  const templates = templateFiles(files, sys);
  return new Engine({
    session: run, files, externalTops: () => parts.externalTops(session),
    tree: { files, templates, renderer: sessionRenderer(run, { templates, pack: session.port('pack') }) },
    facts: {
      session: run, log, opts, test: request.test, mocked: request.mocked ?? false, jid: request.jid, orchestrationJid: request.orchestrationJid,
      hasMaster: parts.hasMaster, progress: parts.progress ?? (request.jid === undefined ? undefined : parts.progressOf?.(request.jid)),
      refresh: {
        async grains() {
          await refresh.grains();
        },
        async pillar() {
          pillar = await gatherPillar();
        },
        async modules() {
          await session.port('catalog').reload();
        },
      },
    },
  });
}

async function runOptions(session: Session, { hasMaster }: StatePortParts, request: StateEngineRequest): Promise<PlainMap> {
  const own = session.host.opts;
  const opts: PlainMap = { ...own, test: request.test };
  const given: ValueMap = hasMaster ? await session.port('files').masterOpts() : {};
  for (const name of OF_MASTER) {
    const value = mapGet(given, name);
    if (value !== undefined) opts[name] = value;
  }
  for (const name of OF_EITHER) opts[name] = isTruthy(own[name]) ? own[name] as Value : mapGet(given, name) ?? false;
  for (const name of ['saltenv', 'pillarenv'] as const) {
    const value = request[name];
    if (value !== undefined) opts[name] = value;
  }
  if (request.stateEvents !== undefined) opts['state_events'] = request.stateEvents;
  if (request.stateTop !== undefined) opts['state_top'] = request.stateTop;
  if (request.stateTopSaltenv !== undefined) opts['state_top_saltenv'] = request.stateTopSaltenv;
  return opts;
}

function overlay(pillar: PlainMap, override: PlainMap, opts: Readonly<PlainMap>): PlainMap {
  const strategy = opts['pillar_source_merging_strategy'];
  const merged = mergeMaps(pillar, override, typeof strategy === 'string' ? strategy : 'smart', { mergeLists: isTruthy(opts['pillar_merge_lists']) });
  return isMap(merged) && !(merged instanceof Map) ? merged : pillar;
}
