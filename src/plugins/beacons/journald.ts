/** Entries of the journal. Source: read, Salt 3008.3. Differs: times are texts of microseconds, as `journalctl` gives them. */
import { beaconOptions, defineBeacon } from '../../kernel/contract/beacon.js';
import { equalValues, isMap, mapEntries } from '../../kernel/std/value.js';
import { Journal } from './journald/journal.js';
import { checkList } from './lookup/verdict.js';

const JOURNAL = 'journal';

export default defineBeacon({
  name: 'journald', when: { kernel: ['Linux'] }, knowsChanges: true,
  doc: 'Entries of the journal: `services: {sshd: {SYSLOG_IDENTIFIER: sshd, PRIORITY: 6}}`.',
  validate: (config) => checkList('journald', config, ({ services = {} }) => {
    const isRight = isMap(services) && mapEntries(services).every(([, fields]) => isMap(fields));
    return isRight ? undefined : 'Services configuration for journald beacon must be a list of dictionaries.';
  }),
  async watch(_config, ctx, wake) {
    const journal = new Journal(wake);
    ctx.memory.set(JOURNAL, journal);
    await journal.open(ctx);
  },
  beacon(config, ctx) {
    const { services = {} } = beaconOptions(config);
    const wanted = isMap(services) ? mapEntries(services).map(([name, fields]) => [name, Object.entries(beaconOptions([fields]))] as const) : [];
    const entries = (ctx.memory.get(JOURNAL) as Journal | undefined)?.take(ctx) ?? [];
    return entries.flatMap((entry) => wanted.filter(([, fields]) => fields.every(([field, value]) => equalValues(entry[field], value))).map(([name]) => ({ ...entry, tag: name })));
  },
  async close(_config, ctx) {
    await (ctx.memory.get(JOURNAL) as Journal | undefined)?.close();
  },
});
