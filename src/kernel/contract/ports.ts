/** What plugins may need of the program. Each port is implemented by a room above and handed in; none of it is promised on every host. */
import type { TracePort } from './happening.js';
import type { StatePort } from './state-engine.js';
import type {
  CatalogPort, EventPort, FilePort, MatchPort, OutputPort, PackPort, RenderPort, ReturnersPort, SdbPort,
} from './ports/host.js';
import type { BeaconsPort, JobsPort, MasterPort, MasterSidePort, RefreshPort, SchedulePort } from './ports/minion.js';
import type { JobStorePort, LocalPort } from './ports/jobs.js';
import type { KeysPort } from './ports/keys.js';
import type {
  AccessPort, BatchesPort, FileServerPort, KnownPort, MasterModulesPort, MasterSyncPort, MinePort, PasswordPort, PillarFilesPort, PillarPort, ReactorPort, RunnerPort, StatsPort,
} from './ports/master.js';

export type * from './ports/host.js';
export type * from './ports/minion.js';
export type * from './ports/jobs.js';
export type * from './ports/keys.js';
export type * from './ports/master.js';

export interface Ports {
  passwords: PasswordPort;
  access: AccessPort;
  files: FilePort;
  master: MasterPort;
  events: EventPort;
  jobs: JobsPort;
  refresh: RefreshPort;
  catalog: CatalogPort;
  local: LocalPort;
  masterSide: MasterSidePort;
  jobStore: JobStorePort;
  keys: KeysPort;
  known: KnownPort;
  state: StatePort;
  match: MatchPort;
  render: RenderPort;
  schedule: SchedulePort;
  beacons: BeaconsPort;
  output: OutputPort;
  returners: ReturnersPort;
  sdb: SdbPort;
  pack: PackPort;
  runner: RunnerPort;
  fileServer: FileServerPort;
  mine: MinePort;
  masterModules: MasterModulesPort;
  masterSync: MasterSyncPort;
  reactor: ReactorPort;
  batches: BatchesPort;
  stats: StatsPort;
  trace: TracePort;
  pillar: PillarPort;
  pillarFiles: PillarFilesPort;
}
