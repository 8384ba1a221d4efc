/** Failures of the operating system in Python's words. */

/** Number and text of Linux's errors that files, folders and connections give. Source: observed, `os.strerror` of Python 3.11. */
const TEXTS: Readonly<Record<string, readonly [number, string]>> = {
  EPERM: [1, 'Operation not permitted'],
  ENOENT: [2, 'No such file or directory'],
  EIO: [5, 'Input/output error'],
  ENOEXEC: [8, 'Exec format error'],
  EACCES: [13, 'Permission denied'],
  EBUSY: [16, 'Device or resource busy'],
  EEXIST: [17, 'File exists'],
  EXDEV: [18, 'Invalid cross-device link'],
  ENOTDIR: [20, 'Not a directory'],
  EISDIR: [21, 'Is a directory'],
  EINVAL: [22, 'Invalid argument'],
  EMFILE: [24, 'Too many open files'],
  ETXTBSY: [26, 'Text file busy'],
  EFBIG: [27, 'File too large'],
  ENOSPC: [28, 'No space left on device'],
  EROFS: [30, 'Read-only file system'],
  EMLINK: [31, 'Too many links'],
  EPIPE: [32, 'Broken pipe'],
  ENAMETOOLONG: [36, 'File name too long'],
  ENOTEMPTY: [39, 'Directory not empty'],
  ELOOP: [40, 'Too many levels of symbolic links'],
  EADDRINUSE: [98, 'Address already in use'],
  ENETUNREACH: [101, 'Network is unreachable'],
  ECONNRESET: [104, 'Connection reset by peer'],
  ETIMEDOUT: [110, 'Connection timed out'],
  ECONNREFUSED: [111, 'Connection refused'],
  EHOSTUNREACH: [113, 'No route to host'],
  EDQUOT: [122, 'Disk quota exceeded'],
  ENOTFOUND: [-2, 'Name or service not known'],
  EAI_AGAIN: [-3, 'Temporary failure in name resolution'],
};

/** True for an error of the operating system; `code` narrows it to one. */
export function isOsError(error: unknown, code?: string): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return code === undefined ? error.code in TEXTS : error.code === code;
}

/** Python's `str(error)` of an `OSError`: `[Errno 2] No such file or directory: '/x'`; without the path on demand. */
export function osErrorText(error: NodeJS.ErrnoException, options: { path?: boolean } = {}): string {
  const known = TEXTS[error.code ?? ''];
  if (known === undefined) return error.message;
  const text = `[Errno ${known[0]}] ${known[1]}`;
  return error.path === undefined || options.path === false ? text : `${text}: '${error.path}'`;
}

/** Name of the class Python raises. */
export function osErrorClass(error: NodeJS.ErrnoException): string {
  switch (error.code ?? '') {
    case 'ENOENT': return 'FileNotFoundError';
    case 'EACCES':
    case 'EPERM': return 'PermissionError';
    case 'EEXIST': return 'FileExistsError';
    case 'ENOTDIR': return 'NotADirectoryError';
    case 'EISDIR': return 'IsADirectoryError';
    case 'ECONNREFUSED': return 'ConnectionRefusedError';
    case 'ECONNRESET': return 'ConnectionResetError';
    case 'EPIPE': return 'BrokenPipeError';
    case 'ETIMEDOUT': return 'TimeoutError';
    default: return 'OSError';
  }
}
