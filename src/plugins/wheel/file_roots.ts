/** The files that the master serves to minions: finding, reading and writing them. */
import { defineWheel } from '../../kernel/contract/plugin.js';
import { rootsFunctions } from './lookup/roots.js';

export default defineWheel({
  name: 'file_roots',
  doc: 'The files that the master serves to minions: finding, reading and writing them.',
  functions: rootsFunctions('file_roots'),
});
