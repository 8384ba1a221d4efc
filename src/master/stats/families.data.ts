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

export const FAMILIES: readonly Family[] = [
  { name: 'tsalt_jobs_published', kind: 'counter', help: 'Publications sent to minions.', path: ['published'] },
  { name: 'tsalt_jobs_remembered', kind: 'gauge', help: 'Jobs of late that are held in memory.', path: ['jobs', 'remembered'] },
  { name: 'tsalt_returns', kind: 'counter', help: 'Returns of minions that were taken.', path: ['returns', 'taken'] },
  { name: 'tsalt_returns_quarantined', kind: 'counter', help: 'Returns that belong to no job of their minion.', path: ['returns', 'quarantined'] },
  { name: 'tsalt_events_fired', kind: 'counter', help: 'Events on the bus.', path: ['events', 'fired'] },
  { name: 'tsalt_events_lost', kind: 'counter', help: 'Events that listeners inside of the master lost because they were too slow.', path: ['events', 'lost'] },
  { name: 'tsalt_event_listeners', kind: 'gauge', help: 'Listeners on the bus.', path: ['events', 'listeners'] },
  { name: 'tsalt_requests_served', kind: 'counter', help: 'Requests that were answered.', path: ['requests', 'served'] },
  { name: 'tsalt_requests_failed', kind: 'counter', help: 'Requests whose command failed.', path: ['requests', 'failed'] },
  { name: 'tsalt_requests_refused', kind: 'counter', help: 'Requests that were refused, by reason.', path: ['requests', 'refused'], label: 'reason' },
  { name: 'tsalt_command_runs', kind: 'counter', help: 'Commands of the request port that were done.', path: ['requests', 'times'], label: 'command', field: 'runs' },
  { name: 'tsalt_command_seconds', kind: 'counter', help: 'Time that commands of the request port took.', path: ['requests', 'times'], label: 'command', field: 'seconds' },
  { name: 'tsalt_bounds_hit', kind: 'counter', help: 'Bounds that were reached, by name.', path: ['bounds'], label: 'bound' },
  { name: 'tsalt_returner_waiting', kind: 'gauge', help: 'What waits on disk for a returner.', path: ['returners'], label: 'returner', field: 'waiting' },
  { name: 'tsalt_returner_given', kind: 'counter', help: 'What a returner took.', path: ['returners'], label: 'returner', field: 'given' },
  { name: 'tsalt_returner_failures', kind: 'counter', help: 'Times that a returner did not take something.', path: ['returners'], label: 'returner', field: 'failures' },
  { name: 'tsalt_returner_given_up', kind: 'counter', help: 'What was lost since a returner did not take it in time.', path: ['returners'], label: 'returner', field: 'givenUp' },
  { name: 'tsalt_reactor', kind: 'counter', help: 'What the reactor did: events matched, reactions begun, failed, looped, lost.', path: ['reactor'], label: 'what' },
  { name: 'tsalt_engine_running', kind: 'gauge', help: 'Whether an engine runs: 1, or 0 while it waits to be started again.', path: ['engines'], label: 'engine', field: 'state' },
  { name: 'tsalt_engine_failures', kind: 'counter', help: 'Times that an engine ended or broke.', path: ['engines'], label: 'engine', field: 'failures' },
  { name: 'tsalt_minions_accepted', kind: 'gauge', help: 'Minions whose key is accepted.', path: ['minions', 'accepted'] },
  { name: 'tsalt_minions_connected', kind: 'gauge', help: 'Minions that listen.', path: ['minions', 'connected'] },
  { name: 'tsalt_loop_lag_mean_seconds', kind: 'gauge', help: 'How late the master got to what was due, over the last minute.', path: ['lag', 'mean_seconds'] },
  { name: 'tsalt_loop_lag_max_seconds', kind: 'gauge', help: 'The latest of the last minute.', path: ['lag', 'max_seconds'] },
  { name: 'tsalt_memory_resident_bytes', kind: 'gauge', help: 'Memory of the process.', path: ['memory', 'rss_bytes'] },
  { name: 'tsalt_memory_heap_bytes', kind: 'gauge', help: 'Objects in use.', path: ['memory', 'heap_bytes'] },
  { name: 'tsalt_uptime_seconds', kind: 'gauge', help: 'Time since the start.', path: ['uptime_seconds'] },
];
