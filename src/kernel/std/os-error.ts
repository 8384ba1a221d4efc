/** Failures of the operating system in Python's words. */
import { reprText } from './python-text.js';

/** Number and text of Linux's errors that files, folders and connections give. Source: observed, `os.strerror` of Python 3.11. */
const TEXTS: Readonly<Record<string, readonly [number, string]>> = {
  EPERM: [1, 'Operation not permitted'],
  ENOENT: [2, 'No such file or directory'],
  ESRCH: [3, 'No such process'],
  EINTR: [4, 'Interrupted system call'],
  EIO: [5, 'Input/output error'],
  ENXIO: [6, 'No such device or address'],
  E2BIG: [7, 'Argument list too long'],
  ENOEXEC: [8, 'Exec format error'],
  EBADF: [9, 'Bad file descriptor'],
  EAGAIN: [11, 'Resource temporarily unavailable'],
  ENOMEM: [12, 'Cannot allocate memory'],
  EACCES: [13, 'Permission denied'],
  EBUSY: [16, 'Device or resource busy'],
  EEXIST: [17, 'File exists'],
  EXDEV: [18, 'Invalid cross-device link'],
  ENODEV: [19, 'No such device'],
  ENOTDIR: [20, 'Not a directory'],
  EISDIR: [21, 'Is a directory'],
  EINVAL: [22, 'Invalid argument'],
  ENFILE: [23, 'Too many open files in system'],
  EMFILE: [24, 'Too many open files'],
  ENOTTY: [25, 'Inappropriate ioctl for device'],
  ETXTBSY: [26, 'Text file busy'],
  EFBIG: [27, 'File too large'],
  ENOSPC: [28, 'No space left on device'],
  ESPIPE: [29, 'Illegal seek'],
  EROFS: [30, 'Read-only file system'],
  EMLINK: [31, 'Too many links'],
  EPIPE: [32, 'Broken pipe'],
  ERANGE: [34, 'Numerical result out of range'],
  ENAMETOOLONG: [36, 'File name too long'],
  ENOSYS: [38, 'Function not implemented'],
  ENOTEMPTY: [39, 'Directory not empty'],
  ELOOP: [40, 'Too many levels of symbolic links'],
  ENODATA: [61, 'No data available'],
  EOVERFLOW: [75, 'Value too large for defined data type'],
  ENOTSUP: [95, 'Operation not supported'],
  EOPNOTSUPP: [95, 'Operation not supported'],
  EADDRINUSE: [98, 'Address already in use'],
  ENETUNREACH: [101, 'Network is unreachable'],
  ECONNRESET: [104, 'Connection reset by peer'],
  ETIMEDOUT: [110, 'Connection timed out'],
  ECONNREFUSED: [111, 'Connection refused'],
  EHOSTUNREACH: [113, 'No route to host'],
  ESTALE: [116, 'Stale file handle'],
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
  if (error.path === undefined || options.path === false) return text;
  const target = (error as { readonly dest?: string }).dest;
  return `${text}: ${reprText(error.path)}${target === undefined ? '' : ` -> ${reprText(target)}`}`;
}

/** Python's `error.strerror`: the text alone. */
export function osErrorReason(error: NodeJS.ErrnoException): string {
  return TEXTS[error.code ?? '']?.[1] ?? error.message;
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
    case 'EAGAIN': return 'BlockingIOError';
    case 'EINTR': return 'InterruptedError';
    case 'ESRCH': return 'ProcessLookupError';
    case 'ECONNREFUSED': return 'ConnectionRefusedError';
    case 'ECONNRESET': return 'ConnectionResetError';
    case 'EPIPE': return 'BrokenPipeError';
    case 'ETIMEDOUT': return 'TimeoutError';
    default: return 'OSError';
  }
}
