/**
 * Every way in for people and their programs, and what has to be shown there. A command of the request port that is sent in
 * clear, and each operation of the local socket, has its row; what has none is refused.
 */
export type ClientKind = 'local' | 'runner' | 'wheel';

export interface Way {
  /** Whose errors are answered. */
  readonly client: ClientKind;
  /**
   * `job`: the function on those minions. `function`: the function of the master. `master`: to be root or the user of the master.
   * `peer`: the function to be given to this minion. `reaction`: to be a reaction of the master's own. `known`: to be somebody. `login`: name and password. `holder`: to have the token. `nothing`: anyone.
   */
  readonly asks: 'job' | 'function' | 'master' | 'peer' | 'reaction' | 'known' | 'login' | 'holder' | 'nothing';
  /** One sentence, shown in docs/security.md. */
  readonly rule: string;
}

/** What of the events somebody sees: all; those of all jobs; those of the own jobs. */
export type EventView = 'all' | 'jobs' | 'own';

const PROOF = 'Who proves to be a local user by its key file, or by token or login of `external_auth`';

const LOGIN = 'Who proves itself to the API by token or login of `external_auth`';
const HOLDER = 'Who has the token';

export const WAYS = {
  'port:ping': { client: 'local', asks: 'nothing', rule: 'Anyone; the load comes back as it is' },
  'port:publish': { client: 'local', asks: 'job', rule: `${PROOF}, for functions and minions that its rights name` },
  'port:runner': { client: 'runner', asks: 'function', rule: `${PROOF}, for runners that its rights name` },
  'port:wheel': { client: 'wheel', asks: 'function', rule: `${PROOF}, for wheel functions that its rights name` },
  'port:mk_token': { client: 'local', asks: 'login', rule: 'Who logs in by `external_auth`; failures take the same time and are limited' },
  'port:get_token': { client: 'local', asks: 'holder', rule: 'Who has the token: what is known of it' },
  'door:publish': { client: 'local', asks: 'job', rule: `${PROOF}, for functions and minions that its rights name` },
  'door:preview': { client: 'local', asks: 'job', rule: `${PROOF}, and may call test.ping on them` },
  'door:follow': { client: 'runner', asks: 'function', rule: `${PROOF}, and may call the runner jobs.follow` },
  'door:runner': { client: 'runner', asks: 'function', rule: `${PROOF}, for runners that its rights name` },
  'door:wheel': { client: 'wheel', asks: 'function', rule: `${PROOF}, for wheel functions that its rights name` },
  'door:mk_token': { client: 'local', asks: 'login', rule: 'Who logs in by `external_auth`; failures take the same time and are limited' },
  'door:look': { client: 'local', asks: 'holder', rule: `${HOLDER}: what is known of it` },
  'door:revoke': { client: 'local', asks: 'holder', rule: `${HOLDER}: ends it` },
  'door:events': { client: 'runner', asks: 'known', rule: `${PROOF}: the own jobs; all jobs with the right to jobs.lookup_jid, everything with that to the runner state.event` },
  'door:stats': { client: 'runner', asks: 'master', rule: 'Root and the user of the master, by the key file' },
  'api:publish': { client: 'local', asks: 'job', rule: `${LOGIN}, for functions and minions that its rights name` },
  'api:preview': { client: 'local', asks: 'job', rule: `${LOGIN}, and may call test.ping on them` },
  'api:follow': { client: 'runner', asks: 'function', rule: `${LOGIN}, and may call the runner jobs.follow` },
  'api:runner': { client: 'runner', asks: 'function', rule: `${LOGIN}, for runners that its rights name` },
  'api:wheel': { client: 'wheel', asks: 'function', rule: `${LOGIN}, for wheel functions that its rights name` },
  'api:mk_token': { client: 'local', asks: 'login', rule: 'Who logs in by `external_auth`; failures take the same time and are limited' },
  'api:look': { client: 'local', asks: 'holder', rule: `${HOLDER}: what is known of it` },
  'api:revoke': { client: 'local', asks: 'holder', rule: `${HOLDER}: ends it` },
  'api:events': { client: 'runner', asks: 'known', rule: `${LOGIN}: the own jobs; all jobs with the right to jobs.lookup_jid, everything with that to the runner state.event` },
  'api:stats': { client: 'runner', asks: 'master', rule: 'Nobody: the key of the API is no login' },
  'peer:publish': { client: 'local', asks: 'peer', rule: 'An accepted minion, for the functions that `peer` gives it' },
  'peer:runner': { client: 'runner', asks: 'peer', rule: 'An accepted minion, for the runners that `peer_run` gives it' },
  'reactor:local': { client: 'local', asks: 'reaction', rule: 'Files that `reactor` names, in the name of the master' },
  'reactor:runner': { client: 'runner', asks: 'reaction', rule: 'Files that `reactor` names, in the name of the master' },
  'reactor:wheel': { client: 'wheel', asks: 'reaction', rule: 'Files that `reactor` names, in the name of the master' },
} as const satisfies Record<string, Way>;

export type WayName = keyof typeof WAYS;

export const isWay = (name: string): name is WayName => Object.hasOwn(WAYS, name);
