/** Keys of ssh: those by which users log in, those of other hosts, those of this machine. */
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { authorizedKeys, fileStates, keyState, removeKey, removeKeysOfFile, setKey, setKeysOfFile } from './ssh/authorized.js';
import { hostKeys, isEncrypted, userKeys } from './ssh/key-files.js';
import { optionList } from './ssh/key-lines.js';
import { checkHost, forgetHost, hashHosts, knownEntries, rememberHost, scannedEntries } from './ssh/known-hosts.js';
import { trouble } from './ssh/places.js';

const config = p.string('.ssh/authorized_keys');
const hash = { fingerprint_hash_type: p.string(null, 'sha256 when not given') };
const text = p.string(null);
const user = p.string();
const source = { user, source: p.string(), config, saltenv: p.string('base'), ...hash };
const noHost = (): PlainMap => trouble('hostname argument required');
const isMissing = (hostname: string | null): hostname is null | '' => hostname === null || hostname === '';

export default defineModule({
  name: 'ssh',
  virtual: async (ctx) => (await ctx.sys.which('ssh') === undefined ? 'The module requires the ssh binary.' : true),
  doc: 'Keys of ssh: those by which users log in, those of other hosts, those of this machine.',
  functions: {
    host_keys: fn({
      doc: "Give the keys of this machine.\n\nsalt '*' ssh.host_keys private=False",
      params: { keydir: text, private: p.any(true), certs: p.any(true) },
      run: ({ keydir, private: keepPrivate, certs }, ctx) => hostKeys(keydir, { keepPrivate: keepPrivate !== false, certificates: certs !== false }, ctx),
    }),
    auth_keys: fn({
      doc: "Give the keys by which a user may log in, or all users.\n\nsalt '*' ssh.auth_keys root",
      params: { user: p.any(null), config, ...hash },
      run: (args, ctx) => authorizedKeys(args.user, args.config, args.fingerprint_hash_type, ctx),
    }),
    check_key_file: fn({
      doc: "Say of each key of a file whether it would be added or updated, or exists.\n\nsalt '*' ssh.check_key_file root salt://ssh/keyfile",
      params: source,
      run: ({ user: name, config: file, fingerprint_hash_type: hashType, ...from }, ctx) => fileStates({ user: name, config: file, hashType }, from, ctx),
    }),
    check_key: fn({
      doc: "Say whether a key would be added or updated, or exists.\n\nsalt '*' ssh.check_key <user> <key> <enc> <comment> <options>",
      params: { user, key: p.string(), enc: p.string(), comment: p.string(), options: p.any(), config, cache_keys: p.any(null), ...hash },
      run: ({ user: name, config: file, fingerprint_hash_type: hashType, key, enc, comment, options }, ctx) =>
        keyState({ user: name, config: file, hashType }, { key, enc, comment, options: optionList(options) }, ctx),
    }),
    set_auth_key: fn({
      doc: "Let a key log in: new, replace, no change, or what is wrong with it.\n\nsalt '*' ssh.set_auth_key <user> '<key>' enc='ssh-ed25519'",
      params: { user, key: p.string(), enc: p.string('ssh-rsa'), comment: p.string(''), options: p.any(null), config, cache_keys: p.any(null), ...hash },
      run: ({ user: name, config: file, fingerprint_hash_type: hashType, key, enc, comment, options }, ctx) =>
        setKey({ user: name, config: file, hashType }, { key, enc, comment, options: optionList(options) }, ctx),
    }),
    set_auth_key_from_file: fn({
      doc: "Let the keys of a file log in.\n\nsalt '*' ssh.set_auth_key_from_file <user> salt://ssh_keys/<user>.id_rsa.pub",
      params: { ...source, kwargs: p.keywords() },
      run: ({ user: name, config: file, fingerprint_hash_type: hashType, kwargs, ...from }, ctx) =>
        setKeysOfFile({ user: name, config: file, hashType }, from, optionList(kwargs['options'] ?? null), ctx),
    }),
    rm_auth_key: fn({
      doc: "Take away a key by which a user may log in.\n\nsalt '*' ssh.rm_auth_key <user> <key>",
      params: { user, key: p.string(), config, ...hash },
      run: ({ user: name, config: file, fingerprint_hash_type: hashType, key }, ctx) => removeKey({ user: name, config: file, hashType }, key, ctx),
    }),
    rm_auth_key_from_file: fn({
      doc: "Take away the keys of a file.\n\nsalt '*' ssh.rm_auth_key_from_file <user> salt://ssh_keys/<user>.id_rsa.pub",
      params: source,
      run: ({ user: name, config: file, fingerprint_hash_type: hashType, ...from }, ctx) => removeKeysOfFile({ user: name, config: file, hashType }, from, ctx),
    }),
    get_known_host_entries: fn({
      doc: "Give what is known of a host.\n\nsalt '*' ssh.get_known_host_entries <user> <hostname>",
      params: { user: p.any(), hostname: p.string(), config: text, port: p.any(null), ...hash },
      run: async ({ user: name, fingerprint_hash_type: hashType, ...place }, ctx) =>
        await knownEntries({ ...place, user: name === null ? null : str(name), hashType }, ctx) as Value,
    }),
    recv_known_host_entries: fn({
      doc: "Ask a host for its keys.\n\nsalt '*' ssh.recv_known_host_entries <hostname> enc=<enc> port=<port>",
      params: { hostname: p.string(), enc: text, port: p.any(null), hash_known_hosts: p.any(true), timeout: p.any(5, 'seconds'), ...hash },
      run: ({ hash_known_hosts: hashed, fingerprint_hash_type: hashType, ...scan }, ctx) => scannedEntries({ ...scan, hashed: isTruthy(hashed), hashType }, ctx),
    }),
    check_known_host: fn({
      doc: "Say whether a host would be added or updated, or exists.\n\nsalt '*' ssh.check_known_host <user> <hostname> key='AAAA...FAaQ=='",
      params: { user: text, hostname: text, key: text, fingerprint: text, config: text, port: p.any(null), ...hash },
      run: ({ hostname, key, fingerprint, fingerprint_hash_type: hashType, ...place }, ctx) =>
        (isMissing(hostname) ? noHost() : checkHost({ ...place, hostname, hashType }, { key, fingerprint }, ctx)),
    }),
    rm_known_host: fn({
      doc: "Forget a host.\n\nsalt '*' ssh.rm_known_host <user> <hostname>",
      params: { user: text, hostname: text, config: text, port: p.any(null) },
      run: ({ hostname, ...place }, ctx) => (isMissing(hostname) ? noHost() : forgetHost({ ...place, hostname, hashType: null }, ctx)),
    }),
    set_known_host: fn({
      doc: "Write down the keys of a host, given or asked for.\n\nsalt '*' ssh.set_known_host <user> fingerprint='xx:xx:..:xx' enc='ssh-rsa' hostname=<hostname>",
      params: {
        user: text, hostname: text, fingerprint: text, key: text, port: p.any(null), enc: text, config: text, hash_known_hosts: p.any(true), timeout: p.any(5, 'seconds'), ...hash,
      },
      run: ({ hostname, hash_known_hosts: hashed, fingerprint_hash_type: hashType, ...wish }, ctx) =>
        (isMissing(hostname) ? noHost() : rememberHost({ ...wish, hostname, hashed: isTruthy(hashed), hashType }, ctx)),
    }),
    user_keys: fn({
      doc: "Give the keys of users, public and private.\n\nsalt '*' ssh.user_keys user=user1 prvfile=False",
      params: { user: p.any(null), pubfile: p.any(null), prvfile: p.any(null) },
      run: ({ user: names, ...files }, ctx) => userKeys(names, files, ctx),
    }),
    hash_known_hosts: fn({
      doc: "Put digests in the place of the names of known hosts.\n\nsalt '*' ssh.hash_known_hosts",
      params: { user: text, config: text },
      run: ({ user: name, config: file }, ctx) => hashHosts(file, name, ctx),
    }),
    key_is_encrypted: fn({
      doc: "Say whether a private key has a passphrase.\n\nsalt '*' ssh.key_is_encrypted /root/id_rsa",
      params: { key: p.string() },
      run: ({ key }, ctx) => isEncrypted(key, ctx),
    }),
  },
});
