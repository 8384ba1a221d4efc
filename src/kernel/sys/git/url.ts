/**
 * Addresses of git repositories: which are allowed, and how they are shown.
 *
 * git reads more into an address than a place: `ext::sh -c ...` starts a program, `-u...` and `--upload-pack=` are options, a host that
 * begins with a minus sign is an option of ssh. None of that is let through, whoever wrote it.
 */
import { TsaltError } from '../../contract/errors.js';

/** Protocols that git may speak, as `GIT_ALLOW_PROTOCOL` wants them. */
export const PROTOCOLS = ['file', 'git', 'http', 'https', 'ssh'] as const;
type Protocol = (typeof PROTOCOLS)[number];

const ADDRESS_MAX = 4096;

/** A git repository cannot be used or reached. */
export class GitError extends TsaltError {
  readonly code = 'sys.git';
}

export interface GitAddress {
  /** As git is told; a password is taken out. */
  readonly url: string;
  readonly protocol: Protocol;
  /** Without user and port; empty for a path of this host. */
  readonly host: string;
  /** With the port; as git names the server when it asks for a password. */
  readonly server: string;
  /** Login that stands in the address itself. */
  readonly user: string;
  readonly password: string | undefined;
}

/** @throws GitError that says what is wrong, without the login */
export function readGitAddress(url: string): GitAddress {
  const refuse = (why: string): never => {
    throw new GitError(`Refused the git address ${JSON.stringify(shownAddress(url).slice(0, 200))}: ${why}`, { context: { why } });
  };
  if (url === '' || url.length > ADDRESS_MAX) refuse('it is empty or too long');
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u0020\u007f]/.test(url)) refuse('it contains white space or control characters');
  if (url.startsWith('-')) refuse('it begins with a minus sign');
  if (url.startsWith('/')) return { url, protocol: 'file', host: '', server: '', user: '', password: undefined };
  const full = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/.exec(url);
  // The short form of ssh has its path behind the first colon; two colons in a row name a program that speaks for git.
  const short = /^(?:([^@:/]+)@)?([^@:/]+):(?!:)(.+)$/.exec(url);
  if (full === null && short === null) refuse('it is neither an absolute path nor the address of a server');
  const protocol = full === null ? 'ssh' : (full[1] ?? '').toLowerCase();
  if (!isProtocol(protocol)) return refuse(`the protocol ${protocol} is not allowed (${PROTOCOLS.join(', ')})`);
  const authority = full === null ? '' : (full[2] ?? '').split('/')[0] ?? '';
  const login = full === null ? short?.[1] ?? '' : authority.includes('@') ? authority.slice(0, authority.lastIndexOf('@')) : '';
  const place = full === null ? short?.[2] ?? '' : authority.slice(authority.lastIndexOf('@') + 1);
  const path = full === null ? short?.[3] ?? '' : (full[2] ?? '').slice(authority.length);
  const host = place.replace(/:\d*$/, '');
  if ([login, host, path, path.replace(/^\/+/, '')].some((part) => part.startsWith('-'))) refuse('a part of it begins with a minus sign');
  if (protocol === 'file' ? authority !== '' : host === '') refuse('it names no place');
  const colon = login.indexOf(':');
  const user = decoded(colon < 0 ? login : login.slice(0, colon));
  const password = colon < 0 ? undefined : decoded(login.slice(colon + 1));
  if (password !== undefined && protocol !== 'http' && protocol !== 'https') refuse(`a password has no use for ${protocol}`);
  const bare = password === undefined ? url : url.replace(`${login}@`, user === '' ? '' : `${encodeURIComponent(user)}@`);
  return { url: bare, protocol, host, server: place, user, password };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new GitError('The login in a git address has a wrong % sequence', { cause });
  }
}

/** An address for messages and logs: a login is left out. */
export function shownAddress(url: string): string {
  return url.replace(/^([A-Za-z][A-Za-z0-9+.-]*:\/\/)[^/]*@/, '$1<redacted>@');
}

function isProtocol(name: string): name is Protocol {
  return (PROTOCOLS as readonly string[]).includes(name);
}

/** Which refs are fetched to where. @throws GitError */
export function checkRefspecs(refspecs: readonly string[]): readonly string[] {
  for (const refspec of refspecs) {
    if (!/^\+?refs\/[^\s:~^?[\\]+:refs\/(?:remotes\/origin|tags)\/[^\s:~^?[\\]+$/.test(refspec) || refspec.includes('..')) {
      throw new GitError(`Refused the refspec ${JSON.stringify(refspec)}: wanted refs/...:refs/remotes/origin/... or refs/...:refs/tags/...`);
    }
  }
  return refspecs;
}

/** True for what may be a branch, a tag or a commit: nothing that git reads as an option, a range or a path. */
export function isRefName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return name !== '' && name.length <= 1000 && !/^[-/.]|[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|[/.]$/.test(name);
}
