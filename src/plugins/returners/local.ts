/** Prints results on the output of the program: shows that returners get them. Source: read, Salt 3008.3. */
import { defineReturner } from '../../kernel/contract/plugin.js';
import { repr } from '../../kernel/std/python-text.js';
import type { Value } from '../../kernel/std/value.js';

const print = (value: Value): Promise<void> => {
  process.stdout.write(`${repr(value)}\n`);
  return Promise.resolve();
};

export default defineReturner({
  name: 'local',
  doc: 'Prints results on the output of the program, to see that returners get them.',
  options: {},
  returner: (ret) => print({ ...ret }),
  eventReturn: (events) => print(events.map((event) => ({ ...event }))),
});
