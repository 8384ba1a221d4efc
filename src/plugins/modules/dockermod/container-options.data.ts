/**
 * Options of new containers: how each may be written, and what the API calls it.
 *
 * Source: read, Salt 3006 (options and how they may be written); Docker Engine API 1.41, "Create a container".
 */
export type OptionKind =
  | 'bool' | 'int' | 'text' | 'bytes' | 'list' | 'map' | 'command' | 'environment' | 'labels' | 'hosts' | 'links' | 'addresses' | 'user' | 'path'
  | 'devices' | 'byteRates' | 'countRates' | 'weights' | 'binds' | 'volumes' | 'portBindings' | 'ports' | 'restart' | 'ulimits' | 'pairs' | 'logConfig' | 'asIs';

export interface ContainerOption {
  readonly kind: OptionKind;
  /** Name in the API. */
  readonly api: string;
  /** Whether it belongs to the host's side of the configuration. */
  readonly isHost: boolean;
}

const table = (isHost: boolean, rows: Readonly<Record<string, readonly [OptionKind, string]>>): [string, ContainerOption][] =>
  Object.entries(rows).map(([name, [kind, api]]) => [name, { kind, api, isHost }]);

export const CONTAINER_OPTIONS: ReadonlyMap<string, ContainerOption> = new Map([
  ...table(false, {
    command: ['command', 'Cmd'], domainname: ['text', 'Domainname'], entrypoint: ['command', 'Entrypoint'], environment: ['environment', 'Env'],
    healthcheck: ['asIs', 'Healthcheck'], hostname: ['text', 'Hostname'], labels: ['labels', 'Labels'], mac_address: ['text', 'MacAddress'],
    network_disabled: ['bool', 'NetworkDisabled'], ports: ['ports', 'ExposedPorts'], stdin_open: ['bool', 'OpenStdin'], stop_signal: ['text', 'StopSignal'],
    stop_timeout: ['int', 'StopTimeout'], tty: ['bool', 'Tty'], user: ['user', 'User'], volumes: ['volumes', 'Volumes'], working_dir: ['path', 'WorkingDir'],
  }),
  ...table(true, {
    auto_remove: ['bool', 'AutoRemove'], binds: ['binds', 'Binds'], blkio_weight: ['int', 'BlkioWeight'], blkio_weight_device: ['weights', 'BlkioWeightDevice'],
    cap_add: ['list', 'CapAdd'], cap_drop: ['list', 'CapDrop'], cgroup_parent: ['text', 'CgroupParent'], cpu_period: ['int', 'CpuPeriod'], cpu_quota: ['int', 'CpuQuota'],
    cpu_shares: ['int', 'CpuShares'], cpuset_cpus: ['text', 'CpusetCpus'], cpuset_mems: ['text', 'CpusetMems'], device_cgroup_rules: ['list', 'DeviceCgroupRules'],
    device_read_bps: ['byteRates', 'BlkioDeviceReadBps'], device_read_iops: ['countRates', 'BlkioDeviceReadIOps'], device_write_bps: ['byteRates', 'BlkioDeviceWriteBps'],
    device_write_iops: ['countRates', 'BlkioDeviceWriteIOps'], devices: ['devices', 'Devices'], dns: ['addresses', 'Dns'], dns_opt: ['list', 'DnsOptions'],
    dns_search: ['list', 'DnsSearch'], extra_hosts: ['hosts', 'ExtraHosts'], group_add: ['list', 'GroupAdd'], init: ['bool', 'Init'], ipc_mode: ['text', 'IpcMode'],
    isolation: ['text', 'Isolation'], links: ['links', 'Links'], log_config: ['logConfig', 'LogConfig'], mem_limit: ['bytes', 'Memory'],
    mem_reservation: ['bytes', 'MemoryReservation'], mem_swappiness: ['int', 'MemorySwappiness'], memswap_limit: ['bytes', 'MemorySwap'], mounts: ['asIs', 'Mounts'],
    nano_cpus: ['int', 'NanoCpus'], network_mode: ['text', 'NetworkMode'], oom_kill_disable: ['bool', 'OomKillDisable'], oom_score_adj: ['int', 'OomScoreAdj'],
    pid_mode: ['text', 'PidMode'], pids_limit: ['int', 'PidsLimit'], port_bindings: ['portBindings', 'PortBindings'], privileged: ['bool', 'Privileged'],
    publish_all_ports: ['bool', 'PublishAllPorts'], read_only: ['bool', 'ReadonlyRootfs'], restart_policy: ['restart', 'RestartPolicy'], runtime: ['text', 'Runtime'],
    security_opt: ['list', 'SecurityOpt'], shm_size: ['bytes', 'ShmSize'], storage_opt: ['pairs', 'StorageOpt'], sysctls: ['pairs', 'Sysctls'], tmpfs: ['map', 'Tmpfs'],
    ulimits: ['ulimits', 'Ulimits'], userns_mode: ['text', 'UsernsMode'], uts_mode: ['text', 'UTSMode'], volume_driver: ['text', 'VolumeDriver'],
    volumes_from: ['list', 'VolumesFrom'],
  }),
]);

/** Other names of options, those of the command `docker run`. */
export const OPTION_ALIASES: Readonly<Record<string, string>> = {
  cmd: 'command', cpuset: 'cpuset_cpus', dns_option: 'dns_opt', env: 'environment', expose: 'ports', interactive: 'stdin_open', ipc: 'ipc_mode', label: 'labels',
  memory: 'mem_limit', memory_swap: 'memswap_limit', publish: 'port_bindings', publish_all: 'publish_all_ports', restart: 'restart_policy', rm: 'auto_remove',
  sysctl: 'sysctls', security_opts: 'security_opt', ulimit: 'ulimits', user_ns_mode: 'userns_mode', volume: 'volumes', workdir: 'working_dir',
};
