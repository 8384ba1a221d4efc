/** Fails on demand: for trying what happens then. */
import { PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { PYTHON_EXCEPTIONS, SALT_EXCEPTIONS } from '../../kernel/contract/exception-names.data.js';

/** A name that nobody knows stands for Salt's general exception. */
function classOf(name: string): string {
  if (name === '') return 'Exception';
  if (!SALT_EXCEPTIONS.has(name) && PYTHON_EXCEPTIONS.has(name)) return name;
  return `salt.exceptions.${SALT_EXCEPTIONS.has(name) ? name : 'SaltException'}`;
}

export default defineRunner({
  name: 'error',
  doc: 'Fails on demand: for trying what happens then.',
  functions: {
    error: fn({
      doc: 'Raise the exception that is named; without a name give an empty mapping.\n\nsalt-run error.error name=Exception message="This is an error."',
      params: { name: p.string(null, 'of an exception of Salt or Python'), message: p.string('') },
      run({ name, message }) {
        if (name !== null) throw new PythonError(classOf(name), message);
        return {};
      },
    }),
  },
});
