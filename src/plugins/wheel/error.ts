/** Fails on demand: for trying what happens then. */
import { PYTHON_EXCEPTIONS, SALT_EXCEPTIONS } from '../../kernel/contract/exception-names.data.js';
import { PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineWheel, fn } from '../../kernel/contract/plugin.js';

/** A name that nobody knows stands for Salt's general exception. */
function classOf(name: string): string {
  if (name === '') return 'Exception';
  if (!SALT_EXCEPTIONS.has(name) && PYTHON_EXCEPTIONS.has(name)) return name;
  return `salt.exceptions.${SALT_EXCEPTIONS.has(name) ? name : 'SaltException'}`;
}

export default defineWheel({
  name: 'error',
  doc: 'Fails on demand: for trying what happens then.',
  functions: {
    error: fn({
      doc: 'Raise the exception that is named; without a name give an empty mapping.',
      params: { name: p.string(null, 'of an exception of Salt or Python'), message: p.string('') },
      run: ({ name, message }) => {
        if (name !== null) throw new PythonError(classOf(name), message);
        return {};
      },
    }),
  },
});
