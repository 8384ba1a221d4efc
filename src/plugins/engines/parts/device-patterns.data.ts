/** Messages of network devices that mean the same on several systems. Names of errors are those of napalm-logs. */
export interface DevicePattern {
  readonly os: string;
  /** A group `error` of the pattern stands in its place. */
  readonly error: string;
  /** Searched in `program: text`. */
  readonly match: string;
}

export const DEVICE_PATTERNS: readonly DevicePattern[] = [
  { os: 'junos', error: 'BGP_PREFIX_THRESH_EXCEEDED', match: 'BGP_PREFIX_THRESH_EXCEEDED: (?P<peer>\\S+) \\((?:External|Internal) AS (?P<asn>\\d+)\\): Configured maximum prefix-limit threshold\\((?P<limit>\\d+)\\) exceeded' },
  { os: 'junos', error: 'INTERFACE_DOWN', match: 'SNMP_TRAP_LINK_DOWN: .*ifName (?P<interface>\\S+)' },
  { os: 'junos', error: 'INTERFACE_UP', match: 'SNMP_TRAP_LINK_UP: .*ifName (?P<interface>\\S+)' },
  { os: 'junos', error: 'CONFIGURATION_COMMIT_COMPLETED', match: 'UI_COMMIT_COMPLETED: (?P<text>.*)' },
  { os: 'iosxr', error: 'BGP_NEIGHBOR_STATE_CHANGED', match: '%ROUTING-BGP-\\d-ADJCHANGE : neighbor (?P<peer>\\S+) (?P<state>Up|Down)' },
  { os: 'iosxr', error: 'INTERFACE_STATE_CHANGED', match: '%PKT_INFRA-LINK-\\d-CHANGED : Interface (?P<interface>[^,]+), changed state to (?P<state>\\S+)' },
  { os: 'eos', error: 'INTERFACE_STATE_CHANGED', match: '%LINEPROTO-\\d-UPDOWN: Line protocol on Interface (?P<interface>[^ ,]+) \\([^)]*\\), changed state to (?P<state>\\S+)' },
  { os: 'ios', error: 'BGP_NEIGHBOR_STATE_CHANGED', match: '%BGP-\\d-ADJCHANGE: neighbor (?P<peer>\\S+) (?P<state>Up|Down)' },
  { os: 'ios', error: 'INTERFACE_STATE_CHANGED', match: '%LINEPROTO-\\d-UPDOWN: Line protocol on Interface (?P<interface>[^,]+), changed state to (?P<state>\\S+)' },
  // What has the form of a system and no meaning that is known goes by its own name.
  { os: 'junos', error: '', match: '^\\S+: (?P<error>[A-Z][A-Z0-9]*_[A-Z0-9_]+): (?P<text>.*)' },
  { os: 'ios', error: '', match: '%(?P<error>[A-Z0-9_]+-\\d-[A-Z0-9_]+): (?P<text>.*)' },
];
