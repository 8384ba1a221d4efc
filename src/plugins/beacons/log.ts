/** Lines that are added to a file. Source: read, Salt 3008.3. Differs: half a line waits for its end, and a file that was cut is read anew. */
import { beaconOptions, defineBeacon } from '../../kernel/contract/beacon.js';
import { asError } from '../../kernel/std/async.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, type PlainMap } from '../../kernel/std/value.js';
import { readGrowth } from './lookup/growing-file.js';
import { matcher } from './lookup/pattern.js';
import { checkList } from './lookup/verdict.js';

const NEWLINE = 10;
/** A line without end is taken for one from this length on. */
const LINE_BYTES_MAX = 1024 * 1024;

const told = (tag: string, facts: PlainMap): PlainMap => ({ tag, match: 'no', raw: '', error: '', ...facts });

export default defineBeacon({
  name: 'log', knowsChanges: true,
  doc: 'Lines that are added to a file: `file`, `tags: {failed/login: {regex: .*Failed.*}}`.',
  validate: (config) => checkList('log', config, ({ file }) => (file === undefined ? 'Configuration for log beacon must contain file option.' : undefined)),
  async beacon(config, ctx) {
    const { file, tags = {} } = beaconOptions(config);
    if (file === undefined) return [told('global', { error: 'file not defined in config' })];
    let text = '';
    await readGrowth(str(file), ctx, (bytes) => {
      const end = bytes.length > LINE_BYTES_MAX && !bytes.includes(NEWLINE) ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1;
      text = bytes.subarray(0, end).toString();
      return end;
    });
    if (text === '') return [];
    const events: PlainMap[] = [];
    const rules: { readonly tag: string; fits(line: string): boolean }[] = [];
    for (const [tag, rule] of isMap(tags) ? mapEntries(tags) : []) {
      const { regex } = beaconOptions([rule]);
      if (!isTruthy(regex)) continue;
      try {
        rules.push({ tag: str(tag), fits: matcher(str(regex ?? ''), 'match') });
      } catch (err) {
        ctx.log.warn({ err: asError(err), tag }, 'a pattern of the log beacon cannot be used');
        events.push(told(str(tag), { error: 'bad regex' }));
      }
    }
    for (const line of text.split(/\r\n|\n|\r/).filter((part, at, all) => part !== '' || at < all.length - 1)) {
      for (const { tag, fits } of rules) {
        try {
          if (fits(line)) events.push(told(tag, { raw: line, match: 'yes' }));
        } catch (err) {
          ctx.log.debug({ err: asError(err), tag }, 'a pattern took too long');
          events.push(told(tag, { error: 'bad match' }));
        }
      }
    }
    return events;
  },
});
