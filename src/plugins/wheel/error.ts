/** Fails on demand: for trying what happens then. */
import { namedError } from '../../kernel/contract/named-error.js';
import { p } from '../../kernel/contract/params.js';
import { defineWheel, fn } from '../../kernel/contract/plugin.js';

export default defineWheel({
  name: 'error',
  doc: 'Fails on demand: for trying what happens then.',
  functions: {
    error: fn({
      doc: 'Raise the exception that is named; without a name give an empty mapping.',
      params: { name: p.string(null, 'of an exception of Salt or Python'), message: p.string('') },
      run: ({ name, message }) => {
        if (name !== null) throw namedError(name, message);
        return {};
      },
    }),
  },
});
