/** The files of the pillar: finding, reading and writing them. */
import { defineWheel } from '../../kernel/contract/plugin.js';
import { rootsFunctions } from './lookup/roots.js';

export default defineWheel({
  name: 'pillar_roots',
  doc: 'The files of the pillar: finding, reading and writing them.',
  functions: rootsFunctions('pillar_roots'),
});
