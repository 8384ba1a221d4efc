/** Grain `ca_truststore`: whose authorities HTTPS trusts. `certifi` means a list that comes with the program, as Node has one. */
import { defineGrains } from '../../kernel/contract/plugin.js';

export default defineGrains({ name: 'truststore', grains: () => ({ ca_truststore: 'certifi' }) });
