/** Failed logins. Source: read, Salt (`salt.beacons.btmp`); utmp(5). */
import { defineBeacon } from '../../kernel/contract/beacon.js';
import { checkLogins, newLogins } from './lookup/logins.js';

const PATH = '/var/log/btmp';

export default defineBeacon({
  name: 'btmp', when: { kernel: ['Linux'] }, knowsChanges: true,
  doc: 'Failed logins: `users: {ann: {time_range: {start: 8am, end: 4pm}}}`, `groups`, `defaults`.',
  validate: (config) => checkLogins('btmp', config),
  beacon: (config, ctx) => newLogins(PATH, config, ctx, false),
});
