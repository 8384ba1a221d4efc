/** Exceptions that `test.raise_exception` knows. Source: observed, Python 3.11 and Salt 3008.3. */

/** Python's own. */
export const PYTHON_EXCEPTIONS: ReadonlySet<string> = new Set(`
  ArithmeticError AssertionError AttributeError BlockingIOError BrokenPipeError BufferError BytesWarning ChildProcessError
  ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError
  EncodingWarning Exception FileExistsError FileNotFoundError FloatingPointError FutureWarning
  GeneratorExit ImportError ImportWarning IndentationError IndexError InterruptedError IsADirectoryError
  KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError NotADirectoryError NotImplementedError
  OSError OverflowError PendingDeprecationWarning PermissionError ProcessLookupError RecursionError ReferenceError
  ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError
  SystemExit TabError TimeoutError TypeError UnboundLocalError UnicodeError UnicodeWarning UserWarning
  ValueError Warning ZeroDivisionError`.trim().split(/\s+/));

/** Old names of one class. */
export const OTHER_NAMES: Readonly<Record<string, string>> = { EnvironmentError: 'OSError', IOError: 'OSError' };

/** Those of `salt.exceptions`. */
export const SALT_EXCEPTIONS: ReadonlySet<string> = new Set(`
  ArgumentValueError AuthenticationError AuthorizationError CheckError CodePageError CommandExecutionError
  CommandNotFoundError EauthAuthenticationError FileLockError FileserverConfigError GitLockError GitRemoteError
  InvalidConfigError InvalidEntityError InvalidKeyError LoaderError LoggingRuntimeError MasterExit MinionError MissingSmb
  NotImplemented NxosCliError NxosClientError NxosError NxosRequestNotSupported PkgParseError PublishError SaltCacheError
  SaltClientError SaltClientTimeout SaltCloudConfigError SaltCloudException SaltCloudExecutionFailure
  SaltCloudExecutionTimeout SaltCloudNotFound SaltCloudPasswordError SaltCloudSystemExit SaltConfigurationError
  SaltDaemonNotRunning SaltDeserializationError SaltException SaltInvocationError SaltMasterError
  SaltMasterUnresolvableError SaltNoMinionsFound SaltRenderError SaltReqTimeoutError SaltRunnerError
  SaltSyndicMasterError SaltSystemExit SaltValidationError SaltWheelError TemplateError TimedProcTimeoutError
  TimeoutError TokenAuthenticationError TokenExpiredError UnsupportedAlgorithm VMwareApiError VMwareConnectionError
  VMwareFileNotFoundError VMwareMultipleObjectsError VMwareNotFoundError VMwareObjectExistsError
  VMwareObjectNotFoundError VMwareObjectRetrievalError VMwarePowerOnError VMwareRuntimeError VMwareSaltError
  VMwareSystemError VMwareVmCreationError VMwareVmRegisterError`.trim().split(/\s+/));
