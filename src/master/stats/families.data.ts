/** Which counters of the master are metrics, and under which names. Names are kept: alarms depend on them. */
export interface Family {
  readonly name: string;
  readonly kind: 'counter' | 'gauge';
  readonly help: string;
  /** Where it stands among the counters. */
  readonly path: readonly string[];
  /** Of a map: the label that gets its keys. */
  readonly label?: string;
  /** Of a map of maps: what of each. `running` counts as 1, another state as 0. */
  readonly field?: string;
}

type More = Pick<Family, 'label' | 'field'>;

const of = (kind: Family['kind']) => (name: string, path: readonly string[], help: string, more: More = {}): Family => ({ name: `tsalt_${name}`, kind, help, path, ...more });
const counter = of('counter');
const gauge = of('gauge');

export const FAMILIES: readonly Family[] = [
  counter('jobs_published', ['published'], 'Publications sent to minions.'),
  gauge('jobs_remembered', ['jobs', 'remembered'], 'Jobs of late that are held in memory.'),
  counter('returns', ['returns', 'taken'], 'Returns of minions that were taken.'),
  counter('returns_quarantined', ['returns', 'quarantined'], 'Returns that belong to no job of their minion.'),
  counter('events_fired', ['events', 'fired'], 'Events on the bus.'),
  counter('events_lost', ['events', 'lost'], 'Events that listeners inside of the master lost because they were too slow.'),
  counter('events_lost_by_programs', ['local_sockets', 'lost'], 'Events that programs on the local socket lost because they were too slow.'),
  gauge('event_listeners', ['events', 'listeners'], 'Listeners on the bus.'),
  counter('requests_served', ['requests', 'served'], 'Requests that were answered.'),
  counter('requests_failed', ['requests', 'failed'], 'Requests whose command failed.'),
  counter('requests_refused', ['requests', 'refused'], 'Requests that were refused, by reason.', { label: 'reason' }),
  counter('command_runs', ['requests', 'times'], 'Commands of the request port that were done.', { label: 'command', field: 'runs' }),
  counter('command_seconds', ['requests', 'times'], 'Time that commands of the request port took.', { label: 'command', field: 'seconds' }),
  counter('bounds_hit', ['bounds'], 'Bounds that were reached, by name.', { label: 'bound' }),
  gauge('returner_waiting', ['returners'], 'What waits on disk for a returner.', { label: 'returner', field: 'waiting' }),
  counter('returner_given', ['returners'], 'What a returner took.', { label: 'returner', field: 'given' }),
  counter('returner_failures', ['returners'], 'Times that a returner did not take something.', { label: 'returner', field: 'failures' }),
  counter('returner_given_up', ['returners'], 'What was lost since a returner did not take it in time.', { label: 'returner', field: 'givenUp' }),
  counter('reactor', ['reactor'], 'What the reactor did: events matched, reactions begun, failed, looped, lost.', { label: 'what' }),
  gauge('reactor_waiting', ['reactor_waiting'], 'What waits for the reactor: events, calls, and the bytes of both.', { label: 'what' }),
  gauge('engine_running', ['engines'], 'Whether an engine runs: 1, or 0 while it waits to be started again.', { label: 'engine', field: 'state' }),
  counter('engine_failures', ['engines'], 'Times that an engine ended or broke.', { label: 'engine', field: 'failures' }),
  gauge('minions_accepted', ['minions', 'accepted'], 'Minions whose key is accepted.'),
  gauge('minions_connected', ['minions', 'connected'], 'Minions that listen.'),
  gauge('loop_lag_mean_seconds', ['lag', 'mean_seconds'], 'How late the master got to what was due, over the last minute.'),
  gauge('loop_lag_max_seconds', ['lag', 'max_seconds'], 'The latest of the last minute.'),
  gauge('memory_resident_bytes', ['memory', 'rss_bytes'], 'Memory of the process.'),
  gauge('memory_heap_bytes', ['memory', 'heap_bytes'], 'Objects in use.'),
  gauge('uptime_seconds', ['uptime_seconds'], 'Time since the start.'),
];
