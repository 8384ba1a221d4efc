/** Single values in the stores that the configuration of the master names: `sdb://profile/key`. Source: read, Salt 3008.3. */
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';

const CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*(-_=+)';

export default defineRunner({
  name: 'sdb',
  doc: 'Single values in the stores that the configuration of the master names: `sdb://profile/key`.',
  functions: {
    get: fn({
      doc: "Give a value; text that is no such address is given as it is.\n\nsalt-run sdb.get sdb://mystore/password",
      params: { uri: p.any() },
      run: ({ uri }, ctx) => ctx.port('sdb').get(uri, false),
    }),
    set: fn({
      doc: "Keep a value; False for an address that names no store.\n\nsalt-run sdb.set sdb://mystore/password secret",
      params: { uri: p.any(), value: p.any() },
      run: ({ uri, value }, ctx) => ctx.port('sdb').set(uri, value),
    }),
    delete: fn({
      doc: "Remove a value; False for an address that names no store.\n\nsalt-run sdb.delete sdb://mystore/password",
      params: { uri: p.any() },
      run: ({ uri }, ctx) => ctx.port('sdb').delete(uri),
    }),
    get_or_set_hash: fn({
      doc: "Give a value; where there is none, make a random one of some length and characters, and keep it.\n\nsalt-run sdb.get_or_set_hash sdb://mystore/password 50",
      params: { uri: p.string(), length: p.int(8), chars: p.string(CHARACTERS) },
      run: ({ uri, length, chars }, ctx) => ctx.port('sdb').getOrSetRandom(uri, { length, chars }),
    }),
  },
});
