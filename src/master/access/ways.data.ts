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
   * `login`: name and password. `holder`: to have the token. `nothing`: anyone.
   */
  readonly asks: 'job' | 'function' | 'master' | 'login' | 'holder' | 'nothing';
  /** One sentence, shown in docs/security.md. */
  readonly rule: string;
}

const PROOF = 'Who proves to be a local user by its key file, or by token or login of `external_auth`';

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
  'door:stats': { client: 'runner', asks: 'master', rule: 'Root and the user of the master, by the key file' },
} as const satisfies Record<string, Way>;

export type WayName = keyof typeof WAYS;

export const isWay = (name: string): name is WayName => Object.hasOwn(WAYS, name);
