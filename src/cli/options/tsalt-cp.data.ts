/** Command line of `tsalt-cp`. Source of flags, kinds and defaults: golden, cli/_options.json. */
import { off, on, type ProgramTable } from './option.js';
import { additionalTarget, externalAuth, hardCrash, logging, output, target, timeout, usual } from './shared.data.js';

const login = externalAuth();

export const cpTable: ProgramTable = {
  name: 'tsalt-cp',
  usage: "[options] '<target>' SOURCE DEST",
  description: 'tsalt-cp is NOT intended to broadcast large files, it is intended to handle text files. tsalt-cp can be used to distribute configuration files.',
  rows: [...usual, timeout(5), hardCrash],
  groups: [
    target,
    additionalTarget,
    { ...login, rows: login.rows.map((row) => ({ ...row, ours: true })) },
    output(),
    {
      title: 'File Options',
      rows: [
        on('-C --chunked', 'chunked', 'Send files in pieces: for large files, directories and empty directories.'),
        off('-n --no-compression', 'gzip', 'Send the pieces uncompressed.'),
        on('--strict', 'strict', 'End with 1 when a file could not be placed everywhere.', { ours: true }),
      ],
    },
    logging('log_file', '/var/log/salt/master'),
  ],
};
