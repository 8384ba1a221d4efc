/** Sites of Apache on Debian. */
import { switchStates } from './apache/switch.js';

export default switchStates({ end: 'site', word: 'site' });
