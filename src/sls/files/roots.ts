/** `file_roots` and `pillar_roots`; the backend itself lies where plugins may use it too. */
export { cleanRelative, isEnvName, Roots, rootsOptions, type RootsOptions } from '../../kernel/sys/tree/roots.js';
