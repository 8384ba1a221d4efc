/** Modes of everything that the daemons write; the first pattern that fits a path counts. docs/security.md shows this table. */
export interface FileModes {
  /** Below `root_dir`; the last parts of the configured folders are `pki`, `cache`, `run`, `log`. `*` stands for any text, slashes too. */
  readonly pattern: string;
  readonly mode: string;
  readonly what: string;
  /** Made in every life of the program. */
  readonly always?: boolean;
}

export const MASTER_FILES: readonly FileModes[] = [
  { pattern: 'pki', mode: '0700', what: 'folder of all keys', always: true },
  { pattern: 'pki/*.pem', mode: '0400', what: 'private key of the master', always: true },
  { pattern: 'pki/*.pub', mode: '0644', what: 'public key of the master', always: true },
  { pattern: 'pki/minions*/*', mode: '0600', what: 'public keys of minions, by state', always: true },
  { pattern: 'pki/minions*', mode: '0700', what: 'folders of keys: accepted, pending, rejected, denied, autosign', always: true },
  { pattern: 'cache', mode: '0750', what: 'cache; 0755 with `publisher_acl` or `external_auth`, so that users reach their key file', always: true },
  { pattern: 'cache/.*_key', mode: '0600', what: 'proof of a local user, owned by that user', always: true },
  { pattern: 'cache/sessions', mode: '0700', what: 'folder of session keys', always: true },
  { pattern: 'cache/sessions/*', mode: '0600', what: 'session key of a minion, and the digest of the key it belongs to', always: true },
  { pattern: 'cache/tsalt-jobs.db*', mode: '0600', what: 'jobs with arguments and returns', always: true },
  { pattern: 'cache/tsalt-trace.db*', mode: '0600', what: 'what led to what (`event.trace`)', always: true },
  { pattern: 'cache/jobs/*/.load.p', mode: '0600', what: 'jobs of real Salt\'s command line, for ten minutes', always: true },
  { pattern: 'cache/jobs/*/.minions.p', mode: '0600', what: 'the same', always: true },
  { pattern: 'cache/jobs/*/jid', mode: '0600', what: 'the same', always: true },
  { pattern: 'cache/jobs*', mode: '0700', what: 'folders of these', always: true },
  { pattern: 'cache/*/*.p', mode: '0600', what: 'grains, pillar, mine and resources of a minion', always: true },
  { pattern: 'cache/minions/*/files/*/minion', mode: '0600', what: 'files that minions uploaded', always: true },
  { pattern: 'cache/*', mode: '0700', what: 'folders in the cache', always: true },
  { pattern: 'run', mode: '0750', what: 'sockets; 0755 with `publisher_acl` or `external_auth`', always: true },
  { pattern: 'run/master_event_pub.ipc', mode: '0660', what: 'events to listen to', always: true },
  { pattern: 'run/master_event_pull.ipc', mode: '0600', what: 'events to fire', always: true },
  { pattern: 'run/publish_pull.ipc', mode: '0600', what: 'mark that real Salt\'s command line looks for', always: true },
  { pattern: 'run/tsalt.ipc', mode: '0600', what: 'requests of the command line; 0666 with `publisher_acl`: the key file proves who asks', always: true },
  { pattern: 'run/master.pid', mode: '0644', what: 'process id', always: true },
  { pattern: 'log/master', mode: '0600', what: 'log', always: true },
];

export const MINION_FILES: readonly FileModes[] = [
  { pattern: 'pki', mode: '0700', what: 'folder of the keys', always: true },
  { pattern: 'pki/minion.pem', mode: '0400', what: 'private key', always: true },
  { pattern: 'pki/*.pub', mode: '0644', what: 'public keys: its own, its master\'s', always: true },
  { pattern: 'pki/minion_master.signs', mode: '0644', what: 'digests of the masters that sign their publications' },
  { pattern: 'cache', mode: '0750', what: 'cache', always: true },
  { pattern: 'cache/outbox', mode: '0700', what: 'folder of returns that wait for the master', always: true },
  { pattern: 'cache/outbox/*', mode: '0600', what: 'a return that waits' },
  { pattern: 'cache/jobs.journal', mode: '0600', what: 'ids, functions and users of jobs of late' },
  { pattern: 'cache/proc', mode: '0750', what: 'running jobs', always: true },
  { pattern: 'cache/proc/*', mode: '0600', what: 'a job that lasts, with its arguments' },
  { pattern: 'cache/files/*.txt', mode: '0644', what: 'files of the master; closed by their folders', always: true },
  { pattern: 'cache/files/*.js', mode: '0644', what: 'the same', always: true },
  { pattern: 'cache/files*', mode: '0700', what: 'folders of these', always: true },
  { pattern: 'cache/extmods*.js', mode: '0644', what: 'modules of the master; closed by their folders' },
  { pattern: 'cache/extmods*', mode: '0700', what: 'folders of these' },
  { pattern: 'run', mode: '0750', what: 'sockets', always: true },
  { pattern: 'run/*.ipc', mode: '0600', what: 'event sockets', always: true },
  { pattern: 'run/minion.pid', mode: '0644', what: 'process id', always: true },
  { pattern: 'log/minion', mode: '0600', what: 'log', always: true },
];
