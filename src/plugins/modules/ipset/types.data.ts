/** Types of sets and what each takes. Source: read, Salt 3008.3; ipset(8). */
const HASH: readonly string[] = ['hashsize', 'maxelem', 'timeout', 'counters', 'skbinfo'];
const BITMAP: readonly string[] = ['range', 'timeout', 'counters', 'skbinfo'];
const OF_ALL: readonly string[] = ['timeout', 'packets', 'bytes', 'skbmark', 'skbprio'];
const WITH_QUEUE: readonly string[] = [...OF_ALL, 'skbqueue'];
const OF_NETS: readonly string[] = [...WITH_QUEUE, 'nomatch'];

export interface SetType {
  readonly create: readonly string[];
  readonly required: readonly string[];
  readonly add: readonly string[];
  readonly hasFamily: boolean;
}
const hash = (add: readonly string[], own: readonly string[] = ['netmask'], hasFamily = true): SetType => ({ create: [...HASH, ...own], required: [], add, hasFamily });
const bitmap = (add: readonly string[], own: readonly string[] = []): SetType => ({ create: [...BITMAP, ...own], required: ['range'], add, hasFamily: false });

export const SET_TYPES: ReadonlyMap<string, SetType> = new Map([
  ['bitmap:ip', bitmap(WITH_QUEUE, ['netmask'])], ['bitmap:ip,mac', bitmap(WITH_QUEUE)], ['bitmap:port', bitmap(OF_ALL)],
  ['hash:ip', hash(WITH_QUEUE)], ['hash:mac', hash(WITH_QUEUE, [], false)], ['hash:ip,port', hash(OF_NETS)], ['hash:ip,port,ip', hash(WITH_QUEUE)], ['hash:ip,port,net', hash(OF_NETS)],
  ['hash:net', hash(OF_NETS)], ['hash:net,net', hash(OF_NETS)], ['hash:net,iface', hash(OF_NETS)], ['hash:net,port', hash(OF_NETS)], ['hash:net,port,net', hash(OF_NETS)],
  ['hash:ip,mark', hash(WITH_QUEUE, ['markmask'])], ['list:set', { create: ['size', 'timeout', 'counters'], required: [], add: WITH_QUEUE, hasFamily: false }],
]);

/** Options that are there or not. */
export const WITHOUT_VALUE: ReadonlySet<string> = new Set(['comment', 'counters', 'skbinfo', 'nomatch']);
/** What a set must have been made with for an option of an entry. */
export const NEEDS: readonly (readonly [options: readonly string[], needed: string])[] = [
  [['timeout'], 'timeout'], [['packets', 'bytes'], 'counters'], [['comment'], 'comment'], [['skbmark', 'skbprio', 'skbqueue'], 'skbinfo'],
];
