/** Lets everybody in. For tests. */
import { defineAuth } from '../../kernel/contract/plugin.js';

export default defineAuth({ name: 'auto', doc: 'Lets everybody in: for tests, never elsewhere.', auth: () => true });
