/** Certificates that end soon. Source: read, Salt 3008.3. */
import { beaconOptions, defineBeacon } from '../../kernel/contract/beacon.js';
import { asError } from '../../kernel/std/async.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isMap, mapEntries, type PlainMap } from '../../kernel/std/value.js';
import { readCertificate } from './cert_info/certificate.js';
import { checkList } from './lookup/verdict.js';

const DAYS = 45;
const DAY_MS = 86_400_000;

export default defineBeacon({
  name: 'cert_info',
  doc: 'Certificates that end soon: `files: [/etc/ssl/a.pem, {/etc/ssl/b.pem: {notify_days: 15}}]`, `notify_days` (-1: always told).',
  validate: (config) => checkList('cert_info', config, ({ files }) => (files === undefined ? 'Configuration for cert_info beacon must contain files option.' : undefined)),
  async beacon(config, ctx) {
    const { files = [], notify_days: days = DAYS } = beaconOptions(config);
    const certificates: PlainMap[] = [];
    for (const file of isList(files) ? files : []) {
      const [[path, rule] = [file, {}]] = isMap(file) ? mapEntries(file) : [];
      const limit = Number(beaconOptions([rule])['notify_days'] ?? days);
      try {
        const { facts, notAfterMs } = readCertificate(await ctx.sys.fs.readFile(str(path), 'utf8'), ctx.sys.now());
        const left = Math.floor((notAfterMs - ctx.sys.now()) / DAY_MS);
        if (limit < 0 || left <= limit) certificates.push({ cert_path: str(path), ...facts });
      } catch (err) {
        ctx.log.error({ err: asError(err), path: str(path) }, `Unable to load certificate ${str(path)}`);
      }
    }
    return certificates.length > 0 ? [{ certificates }] : [];
  },
});
