/** Logins and logouts. Source: read, Salt (`salt.beacons.wtmp`); utmp(5). */
import { defineBeacon } from '../../kernel/contract/beacon.js';
import { checkLogins, newLogins } from './lookup/logins.js';

const PATH = '/var/log/wtmp';

export default defineBeacon({
  name: 'wtmp', when: { kernel: ['Linux'] }, knowsChanges: true,
  doc: 'Logins and logouts: `users: {ann: {time_range: {start: 8am, end: 4pm}}}`, `groups`, `defaults`.',
  validate: (config) => checkLogins('wtmp', config),
  beacon: (config, ctx) => newLogins(PATH, config, ctx, true),
});
