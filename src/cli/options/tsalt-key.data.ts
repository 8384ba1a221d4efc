/** Command line of `tsalt-key`. Source of flags, kinds and defaults: golden, cli/_options.json. */
import { integer, on, text, type ProgramTable } from './option.js';
import { externalAuth, hardCrash, logging, output, user, usual } from './shared.data.js';

export const keyTable: ProgramTable = {
  name: 'tsalt-key',
  usage: '[options]',
  description: 'tsalt-key is used to manage Salt authentication keys',
  rows: [
    ...usual,
    user('Run as this user.'),
    hardCrash,
    on('-q --quiet', 'quiet', 'Do not print why something was refused.'),
    on('-y --yes', 'yes', 'Answer every question with yes. Default: False.'),
    text('--rotate-aes-key', 'rotate_aes_key', 'With False the master keeps its session key when keys are deleted or rejected, which is less safe. Default: True.', { value: true }),
    text('--preserve-minions', 'preserve_minions', 'With True what the master knows of a minion is kept when its key is deleted. Default: False.', { value: false }),
  ],
  groups: [
    externalAuth('--auth --eauth --external-auth'),
    output(),
    {
      title: 'Actions',
      rows: [
        text('-l --list', 'list', "List keys: 'pre', 'un' or 'unaccepted' for those that wait, 'acc' or 'accepted', 'rej' or 'rejected', 'den' or 'denied', 'all'.", { metavar: 'ARG', value: '' }),
        on('-L --list-all', 'list_all', 'List all keys; the same as "--list all".'),
        text('-a --accept', 'accept', 'Accept the waiting keys that match this glob; with --include-rejected and --include-denied also those.', { value: '' }),
        on('-A --accept-all', 'accept_all', 'Accept all waiting keys.'),
        text('-r --reject', 'reject', 'Reject the waiting keys that match this glob; with --include-accepted and --include-denied also those.', { value: '' }),
        on('-R --reject-all', 'reject_all', 'Reject all waiting keys.'),
        on('--include-all', 'include_all', 'Accept also rejected keys, or reject also accepted ones.'),
        on('--include-accepted', 'include_accepted', 'Reject also accepted keys.'),
        on('--include-rejected', 'include_rejected', 'Accept also rejected keys.'),
        on('--include-denied', 'include_denied', 'Accept or reject also denied keys.'),
        text('-p --print', 'print', 'Print the keys that match this glob.', { value: '' }),
        on('-P --print-all', 'print_all', 'Print all keys.'),
        text('-d --delete', 'delete', 'Delete the keys that match this glob.', { value: '' }),
        on('-D --delete-all', 'delete_all', 'Delete all keys.'),
        text('-f --finger', 'finger', 'Print the fingerprints of the keys that match this glob.', { value: '' }),
        on('-F --finger-all', 'finger_all', 'Print the fingerprints of all keys.'),
      ],
    },
    {
      title: 'Key Generation Options',
      rows: [
        text('--gen-keys', 'gen_keys', 'Make a pair of keys with this name.', { value: '' }),
        text('--gen-keys-dir', 'gen_keys_dir', "Directory for the new pair. Default: '.'.", { value: '.' }),
        integer('--keysize', 'keysize', 'Size of the new key in bits, at least 2048. Default: 2048.', { value: 2048 }),
        on('--gen-signature', 'gen_signature', "Sign the master's public key, so that minions can check it when they sign in. --auto-create makes the signing pair when there is none."),
        text('--priv', 'priv', 'Private key to sign with.', { value: '' }),
        text('--signature-path', 'signature_path', 'Where the signature is written.', { value: '' }),
        text('--pub', 'pub', 'Public key to sign.', { value: '' }),
        on('--auto-create', 'auto_create', 'Make the signing pair when there is none.'),
      ],
    },
    logging('key_logfile', '/var/log/salt/key', '--log-level'),
  ],
};
