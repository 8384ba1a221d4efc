/** Command lines of the daemons. Source of flags, kinds and defaults: golden, cli/_options.json. */
import type { ProgramTable } from './option.js';
import { daemon, logging, user, usual } from './shared.data.js';

export const masterTable: ProgramTable = {
  name: 'tsalt-master',
  usage: '[options]',
  description: 'The Salt Master, used to control the Salt Minions',
  rows: [...usual, user('Run as this user.'), ...daemon],
  groups: [logging('log_file', '/var/log/salt/master')],
};

export const apiTable: ProgramTable = {
  name: 'tsalt-api',
  usage: '[options]',
  description: 'The Salt API system, serves the master over HTTP',
  rows: [...usual.filter(({ dest }) => dest !== 'saltfile'), ...daemon],
  groups: [logging('api_logfile', '/var/log/salt/api')],
};

export const minionTable: ProgramTable = {
  name: 'tsalt-minion',
  usage: '[options]',
  description: 'The Salt Minion, receives commands from a remote Salt Master',
  rows: [...usual, user('Run as this user.'), ...daemon],
  groups: [logging('log_file', '/var/log/salt/minion')],
};
