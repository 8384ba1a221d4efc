/** Settings of a bond's interface that are no options of the bond itself; any other goes to the kernel. Source: read, Salt 3008.3. */
export const UNSUPPORTED: readonly string[] = [
  'up_cmds', 'down_cmds', 'pre_up_cmds', 'post_up_cmds', 'pre_down_cmds', 'post_down_cmds', 'ethtool', 'advertise', 'channels',
  'rx', 'tx', 'sg', 'tso', 'ufo', 'gso', 'gro', 'lro',
];

export const NOT_OF_BOND: ReadonlySet<string> = new Set([
  ...UNSUPPORTED,
  'addr', 'addresses', 'ageing', 'arpcheck', 'autoneg', 'bridge_ports', 'broadcast', 'defroute', 'dhcpv6c', 'dns', 'dns_search', 'domain', 'duplex', 'enable_ipv6',
  'enabled', 'fd', 'forward_delay', 'gateway', 'gvrp', 'hello', 'hwaddr', 'id', 'interfaces', 'ipaddr', 'ipaddrs', 'ipv4_failure_fatal', 'ipv6_autoconf', 'ipv6_defroute',
  'ipv6_peerdns', 'ipv6_peerroutes', 'ipv6addr', 'ipv6addrs', 'ipv6gateway', 'ipv6ipaddr', 'ipv6netmask', 'ipv6proto', 'link', 'loose_binding', 'macaddr', 'master',
  'maxage', 'metric', 'mtu', 'name', 'nameservers', 'netmask', 'nickname', 'nm_controlled', 'noifupdown', 'onboot', 'parent', 'peerdns', 'peerroutes', 'pointopoint',
  'ports', 'prefix', 'priority', 'proto', 'reorder_hdr', 'routes', 'scope', 'search', 'slave_type', 'slaves', 'speed', 'srcaddr', 'stp', 'test', 'type', 'userctl',
  'uuid', 'vlan-raw-device', 'vlan_id', 'vlan_raw_device', 'wol', 'zone',
]);
