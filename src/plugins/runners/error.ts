/** Fails on demand: for trying what happens then. */
import { namedError } from '../../kernel/contract/named-error.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';

export default defineRunner({
  name: 'error',
  doc: 'Fails on demand: for trying what happens then.',
  functions: {
    error: fn({
      doc: 'Raise the exception that is named; without a name give an empty mapping.\n\nsalt-run error.error name=Exception message="This is an error."',
      params: { name: p.string(null, 'of an exception of Salt or Python'), message: p.string('') },
      run({ name, message }) {
        if (name !== null) throw namedError(name, message);
        return {};
      },
    }),
  },
});
