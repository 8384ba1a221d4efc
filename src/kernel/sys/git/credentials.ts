/**
 * How git proves itself to a server. Secrets travel by the environment of the program, which no other user can read; never in arguments,
 * addresses or files. Two small programs of constant text stand between: git asks one for a name or a password, and starts ssh by the other.
 */
import { chmod, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sys } from '../../contract/sys.js';
import { GitError, type GitAddress } from './url.js';

export interface GitAuth {
  readonly user?: string;
  readonly password?: string;
  /** Path of the private key for ssh; then no other key is tried. */
  readonly privateKey?: string;
  readonly passphrase?: string;
  /** File of the keys of servers; that of the user unless given. */
  readonly knownHosts?: string;
  /** Sends a password over plain HTTP. */
  readonly insecureAuth?: boolean;
  /** Checks certificates of HTTPS; true unless said otherwise. */
  readonly verifyTls?: boolean;
  /** HTTP proxy. */
  readonly proxy?: string;
}

/** Answers only the server that the login is meant for: a redirect to another one, or to plain HTTP, gets nothing. */
const ASK_PROGRAM = `#!/bin/sh
case "$1" in
  *[Pp]assphrase*) printf '%s\\n' "$TSALT_GIT_PASSPHRASE" ;;
  "Username for '$TSALT_GIT_SCHEME://$TSALT_GIT_SERVER'"*) printf '%s\\n' "$TSALT_GIT_USER" ;;
  "Password for '$TSALT_GIT_SCHEME://$TSALT_GIT_SERVER'"*) printf '%s\\n' "$TSALT_GIT_PASSWORD" ;;
  "Password for '$TSALT_GIT_SCHEME://"*"@$TSALT_GIT_SERVER'"*) printf '%s\\n' "$TSALT_GIT_PASSWORD" ;;
  *) exit 1 ;;
esac
`;

/** A server that is not known is refused, whoever answers: its key belongs into known_hosts first. */
const SSH_PROGRAM = `#!/bin/sh
set -- -o StrictHostKeyChecking=yes -o PasswordAuthentication=no -o KbdInteractiveAuthentication=no -o NumberOfPasswordPrompts=1 \\
  -o ForwardAgent=no -o ClearAllForwardings=yes -o PermitLocalCommand=no -o ConnectTimeout=20 -o ServerAliveInterval=15 -o ServerAliveCountMax=3 "$@"
if [ -n "$TSALT_GIT_KNOWN_HOSTS" ]; then set -- -o "UserKnownHostsFile=$TSALT_GIT_KNOWN_HOSTS" "$@"; fi
if [ -n "$TSALT_GIT_KEY" ]; then set -- -i "$TSALT_GIT_KEY" -o IdentitiesOnly=yes -o IdentityAgent=none "$@"; fi
exec ssh "$@"
`;

/** Environment and options of a git program that reaches a server. */
export interface GitProof {
  readonly env: Readonly<Record<string, string>>;
  readonly options: readonly string[];
}

/**
 * @param folder where the two programs are written, closed to others
 * @throws GitError when the login may not be used this way
 */
export async function proofFor(sys: Sys, folder: string, address: GitAddress, auth: GitAuth): Promise<GitProof> {
  await checkLogin(address, auth);
  const programs = await writePrograms(sys, folder);
  const isWeb = address.protocol === 'http' || address.protocol === 'https';
  const password = auth.password ?? address.password;
  const login = isWeb && password !== undefined;
  const { verifyTls = true, proxy = '' } = auth;
  return {
    env: {
      GIT_ASKPASS: programs.ask, SSH_ASKPASS: programs.ask, SSH_ASKPASS_REQUIRE: 'force', GIT_SSH: programs.ssh, GIT_SSH_VARIANT: 'ssh',
      TSALT_GIT_SCHEME: address.protocol, TSALT_GIT_SERVER: address.server, TSALT_GIT_USER: auth.user ?? address.user,
      TSALT_GIT_PASSWORD: login ? password : '',
      TSALT_GIT_KNOWN_HOSTS: auth.knownHosts ?? '', TSALT_GIT_KEY: auth.privateKey ?? '', TSALT_GIT_PASSPHRASE: auth.passphrase ?? '',
    },
    options: [
      // Helpers of the administrator would be asked before, and would keep the password.
      ...(login ? ['-c', 'credential.helper='] : []),
      '-c', `http.sslVerify=${verifyTls ? 'true' : 'false'}`, ...(proxy === '' ? [] : ['-c', `http.proxy=${proxy}`]),
      // A server that sends next to nothing for a while counts as hanging.
      '-c', 'http.lowSpeedLimit=1', '-c', 'http.lowSpeedTime=60',
    ],
  };
}

async function checkLogin(address: GitAddress, { password, privateKey, insecureAuth }: GitAuth): Promise<void> {
  if (address.protocol === 'http' && (password ?? address.password) !== undefined && insecureAuth !== true) {
    throw new GitError('A password is sent over plain HTTP only with insecure_auth');
  }
  if (privateKey === undefined) return;
  const key = await stat(privateKey).catch((cause: unknown) => {
    throw new GitError(`SSH privkey ${privateKey} not found`, { cause });
  });
  if (!key.isFile()) throw new GitError(`SSH privkey ${privateKey} is no file`);
  if ((key.mode & 0o077) !== 0) throw new GitError(`SSH privkey ${privateKey} can be read by others: mode 0600 is wanted`);
}

async function writePrograms(sys: Sys, folder: string): Promise<{ ask: string; ssh: string }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const [ask, ssh] = [join(folder, 'ask'), join(folder, 'ssh')];
  // Written only when they differ: a program that just runs cannot be replaced under its feet by itself, but need not be either.
  for (const [path, text] of [[ask, ASK_PROGRAM], [ssh, SSH_PROGRAM]] as const) {
    if (await sys.readText(path) !== text) await sys.writeFile(path, text, { mode: 0o700 });
  }
  return { ask, ssh };
}
