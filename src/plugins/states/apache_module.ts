/** Modules of Apache on Debian. */
import { switchStates } from './apache/switch.js';

export default switchStates({ end: 'mod', word: 'module' });
