/** What a master takes at most, and what happens beyond it. The table in docs/security.md is made from this. */
const MIB = 1024 * 1024;

/** Numbers that the parts of the master work with. */
export const BOUNDS = {
  newKeysPerSecond: 100,
  newKeysBurst: 2000,
  newKeysOfAddressPerSecond: 20,
  newKeysOfAddressBurst: 1000,
  newKeysOfConnectionPerSecond: 1,
  newKeysOfConnectionBurst: 20,
  acceptedKeyPerSecond: 5,
  acceptedKeyBurst: 50,
  pendingKeys: 20_000,
  requestsOfMinion: 256,
  requestElements: 200_000,
  requestDepth: 256,
  eventsInRequest: 5000,
  mineFunctions: 1000,
  mineBytes: 16 * MIB,
  resources: 10_000,
  /** Part of the descriptors; the rest is for files, local sockets, and connections that are not through the handshake. */
  descriptorsForConnections: 0.8,
  floodConnectionsPerSecond: 5,
  floodConnectionsBurst: 50,
} as const;

export interface BoundFacts {
  /** What is bounded. */
  readonly what: string;
  /** How much by default, and the option that changes it. */
  readonly bound: string;
  readonly beyond: string;
}

const number = (count: number): string => count.toLocaleString('en-US').replaceAll(',', ' ');

/** By the name under which it is counted (`stats`: `bounds.<name>`) and told (`tsalt/bound/<name>`). */
export const BOUND_TABLE = {
  new_keys: {
    what: 'sign-ins with keys that are not accepted, of all senders together',
    bound: `${number(BOUNDS.newKeysPerSecond)} a second, ${number(BOUNDS.newKeysBurst)} at once`,
    beyond: 'no reply, before any work with keys; the minion asks again',
  },
  new_keys_of_address: {
    what: 'the same, of one address; of version 6, of one network of 64 bits',
    bound: `${number(BOUNDS.newKeysOfAddressPerSecond)} a second, ${number(BOUNDS.newKeysOfAddressBurst)} at once`,
    beyond: 'no reply, and the connection is not read for a second; nothing is taken from the budget of all',
  },
  new_keys_of_connection: {
    what: 'the same, of one connection',
    bound: `${number(BOUNDS.newKeysOfConnectionPerSecond)} a second, ${number(BOUNDS.newKeysOfConnectionBurst)} at once`,
    beyond: 'as before; nothing is taken from the budget of its address',
  },
  new_connections_of_address: {
    what: 'with `transport_server: zeromq` only: new connections of one address to the request port, while sign-ins with new keys are refused',
    bound: `${number(BOUNDS.floodConnectionsPerSecond)} a second, ${number(BOUNDS.floodConnectionsBurst)} at once`,
    beyond: 'not through the handshake, the other side tries again',
  },
  accepted_key: {
    what: 'sign-ins of one accepted key from one address',
    bound: `${number(BOUNDS.acceptedKeyPerSecond)} a second, ${number(BOUNDS.acceptedKeyBurst)} at once`,
    beyond: 'no reply',
  },
  pending_keys: { what: 'pending keys', bound: number(BOUNDS.pendingKeys), beyond: 'answered `full`, not kept' },
  denied_keys: { what: 'denied keys', bound: number(BOUNDS.pendingKeys), beyond: 'refused as before, not kept' },
  connections: {
    what: 'file descriptors, counted when a connection comes',
    bound: `${BOUNDS.descriptorsForConnections * 100} % of \`max_open_files\` (100 000), or of what the system allows when that is less`,
    beyond: 'on the request port a connection that has not shown an accepted minion is closed for the new one, of the address that has most of them; where there is none of several, '
      + 'and on the publish port: not through the handshake, the other side tries again; connections that are open are served',
  },
  handshakes: { what: 'connections that are not through the handshake', bound: '4 000 for each port, 10 s each', beyond: 'the oldest is closed, the other side tries again' },
  open_requests: { what: 'requests being answered', bound: '20 000, and 512 MiB together; 100 of one connection', beyond: 'further ones wait in the socket' },
  unfinished_requests: {
    what: 'bytes of requests that have not come to their end', bound: '512 MiB together', beyond: 'the connection that holds most is closed',
  },
  slow_messages: { what: 'time that one message may take', bound: '60 s, and a second more for each 16 kB of it', beyond: 'the connection is closed' },
  waiting_replies: {
    what: 'replies that wait for a connection that does not read', bound: '1 MiB, then no further request of it is read; 64 MiB; 512 MiB together',
    beyond: 'dropped',
  },
  waiting_publications: {
    what: 'publications that wait for one minion', bound: '`pub_hwm`, 1 000, and 64 MiB together', beyond: 'that minion loses them, the others get them',
  },
  subscriptions: { what: 'topics of one connection', bound: '200, of 255 bytes each', beyond: 'not taken' },
  requests_of_minion: {
    what: 'requests of one minion being answered', bound: number(BOUNDS.requestsOfMinion), beyond: 'no reply; the minion asks again',
  },
  request_size: { what: 'size of one request', bound: 'by command, in the table of commands', beyond: 'refused' },
  request_shape: {
    what: 'nesting of a request; list elements and map entries before the sender is proven',
    bound: `${number(BOUNDS.requestDepth)}; ${number(BOUNDS.requestElements)}`,
    beyond: 'refused',
  },
  events_in_request: { what: 'events in one request', bound: number(BOUNDS.eventsInRequest), beyond: 'the rest is dropped' },
  mine: {
    what: 'functions in the mine of a minion; their size together',
    bound: `${number(BOUNDS.mineFunctions)}; ${BOUNDS.mineBytes / MIB} MiB`,
    beyond: 'refused, the mine stays as it was',
  },
  resources: { what: 'resources of one minion', bound: number(BOUNDS.resources), beyond: 'the rest is left out' },
  upload: { what: 'one uploaded file (`file_recv`)', bound: '`file_recv_max_size`, 100 MiB', beyond: 'refused' },
  slow_subscriber: { what: 'bytes that wait for one local subscriber', bound: '`ipc_write_buffer`, 64 MiB', beyond: 'it loses events, which are counted and told to it (`tsalt/event/lost`); disconnected when nothing goes off for 5 minutes; others go on' },
  reactor_queue: { what: 'events that wait to be reacted to, and reactions that wait for a place', bound: '10 000 each, `reactor_worker_hwm`; 64 MiB together, `reactor_worker_hwm_bytes`', beyond: 'not reacted to; logged with the tag' },
  trace: { what: 'facts of what led to what that wait for the disk', bound: '100 000', beyond: 'missing in `event.trace`; nothing else' },
  local_connections: { what: 'connections to one local socket', bound: '1 000', beyond: 'closed at once' },
} as const satisfies Readonly<Record<string, BoundFacts>>;

export type BoundName = keyof typeof BOUND_TABLE;
