/** Functions of networks and volumes. Source: read, Salt 3006. */
import { p } from '../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../kernel/contract/plugin.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy } from '../../../kernel/std/value.js';
import { checkedName } from '../../../kernel/sys/docker/names.js';
import { compareNetworks } from './compare.js';
import { translating } from './container-functions.js';
import { map, repacked, texts } from './forms.js';
import { inspectNetwork, inspectVolume, networkPath, volumePath } from './inspect.js';
import { connect, connected, create, disconnect, disconnectAll, networkConfig, networks } from './networks.js';
import { ask, askMap, filterQuery } from './server.js';

const id = p.string();

export const networkFunctions: Readonly<Record<string, Fn>> = {
  networks: fn({
    doc: "List networks, all or some by name or id.\n\nsalt myminion docker.networks names=network-web",
    params: { names: p.any(null), ids: p.any(null) },
    run: ({ names, ids }, ctx) => networks(names, ids, ctx),
  }),
  inspect_network: fn({ doc: "Give what is known of a network.\n\nsalt myminion docker.inspect_network mynet", params: { network_id: id }, run: (args, ctx) => inspectNetwork(args.network_id, ctx) }),
  create_network: fn({
    doc: "Make a network.\n\nsalt myminion docker.create_network web_network driver=bridge subnet=192.0.2.0/24",
    params: { name: id, ...translating, options: p.keywords() },
    run: ({ name, client_timeout: seconds, options, ...translation }, ctx) => create(networkConfig(name, options, translation, ctx), seconds, ctx),
  }),
  remove_network: fn({
    doc: "Remove a network.\n\nsalt myminion docker.remove_network mynet",
    params: { network_id: id },
    run: async (args, ctx) => {
      await ask({ method: 'DELETE', path: networkPath(args.network_id) }, ctx);
      return true;
    },
  }),
  connected: fn({
    doc: "List the containers in a network; verbose=True with all that is known.\n\nsalt myminion docker.connected net_name",
    params: { name: id, verbose: p.bool(false) },
    run: ({ name, verbose }, ctx) => connected(name, verbose, ctx),
  }),
  connect_container_to_network: fn({
    doc: "Connect a container to a network: aliases=, links=, ipv4_address=, ipv6_address=.\n\nsalt myminion docker.connect_container_to_network web-1 mynet ipv4_address=10.20.0.10",
    params: { container: p.string(), net_id: id, options: p.keywords() },
    run: ({ container, net_id: network, options }, ctx) => connect(container, network, options, ctx),
  }),
  disconnect_container_from_network: fn({
    doc: "Disconnect a container from a network.\n\nsalt myminion docker.disconnect_container_from_network web-1 mynet",
    params: { container: p.string(), network_id: id },
    run: ({ container, network_id: network }, ctx) => disconnect(container, network, ctx),
  }),
  disconnect_all_containers_from_network: fn({
    doc: "Disconnect all containers from a network and give their names.\n\nsalt myminion docker.disconnect_all_containers_from_network mynet",
    params: { network_id: id },
    run: (args, ctx) => disconnectAll(args.network_id, ctx),
  }),
  compare_networks: fn({
    doc: "Tell what differs between two networks.\n\nsalt myminion docker.compare_networks foo bar",
    params: { first: p.any(), second: p.any(), ignore: p.any('Name,Id,Created,Containers') },
    run: ({ first, second, ignore }, ctx) => compareNetworks(first, second, isTruthy(ignore) ? texts(ignore) : [], ctx),
  }),
  volumes: fn({
    doc: "List volumes.\n\nsalt myminion docker.volumes filters=\"{'dangling': True}\"",
    params: { filters: p.any(null) },
    run: ({ filters }, ctx) => askMap({ path: '/volumes', query: filterQuery(filters) }, ctx),
  }),
  inspect_volume: fn({ doc: "Give what is known of a volume.\n\nsalt myminion docker.inspect_volume my_volume", params: { name: id }, run: (args, ctx) => inspectVolume(args.name, ctx) }),
  create_volume: fn({
    doc: "Make a volume.\n\nsalt myminion docker.create_volume my_volume driver=local",
    params: { name: id, driver: p.string(null), driver_opts: p.any(null) },
    run: ({ name, driver, driver_opts: options }, ctx) => {
      const given = isTruthy(options) ? { DriverOpts: Object.fromEntries(Object.entries(map(repacked(options))).map(([key, value]) => [key, str(value)])) } : {};
      return askMap({ method: 'POST', path: '/volumes/create', body: { Name: checkedName(name, 'volume'), ...driver === null ? {} : { Driver: driver }, ...given } }, ctx);
    },
  }),
  remove_volume: fn({
    doc: "Remove a volume.\n\nsalt myminion docker.remove_volume my_volume",
    params: { name: id },
    run: async (args, ctx) => {
      await ask({ method: 'DELETE', path: volumePath(args.name) }, ctx);
      return true;
    },
  }),
};
