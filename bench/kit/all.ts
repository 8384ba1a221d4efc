export * from './hosts.js';
export * from './processes.js';
export * from './table.js';
export * from './swarm.js';
