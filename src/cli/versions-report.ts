/** The text of `--versions-report`: what people put into a report of a fault. */
import { release, arch, type } from 'node:os';
import { SALT_VERSION, tsaltVersion } from '../kernel/std/version.js';

export function versionsReport(): string {
  return [
    'Salt Version:',
    `          Salt: ${SALT_VERSION}`,
    '',
    'Program Versions:',
    `         tsalt: ${tsaltVersion()}`,
    `       Node.js: ${process.versions.node}`,
    `            V8: ${process.versions.v8}`,
    `       OpenSSL: ${process.versions.openssl}`,
    '',
    'System Versions:',
    `       machine: ${arch()}`,
    `       release: ${release()}`,
    `        system: ${type()}`,
    '',
  ].join('\n');
}
