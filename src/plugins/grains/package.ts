/** Grain `package`: which of Salt's own kinds of package this program came in. None of them. */
import { defineGrains } from '../../kernel/contract/plugin.js';

export default defineGrains({ name: 'package', grains: () => ({ package: null }) });
