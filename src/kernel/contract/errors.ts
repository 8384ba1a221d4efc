/** What every error of tsalt has: a code that callers branch on, a message for people, facts for logs, a cause. */
export abstract class TsaltError extends Error {
  /** `area.reason`; all codes stand in `docs/errors.md`. */
  abstract readonly code: string;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(message: string, details: { context?: Readonly<Record<string, unknown>>; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.context = details.context ?? {};
  }
}

/** A module function cannot do what it was asked; Salt's `CommandExecutionError`. The message is shown to the user as it is. */
export class CommandExecutionError extends TsaltError {
  readonly code = 'job.command_failed';
}

/** The program of a module is not there; Salt's `CommandNotFoundError`. */
export class CommandNotFoundError extends TsaltError {
  readonly code = 'job.command_missing';
}

/** The arguments of a call do not fit; Salt's `SaltInvocationError`. */
export class InvocationError extends TsaltError {
  readonly code = 'job.invocation';
}

/** A function that is not there. `fun` is the full name asked for. */
export class FunctionMissingError extends TsaltError {
  readonly code = 'loader.function_missing';
  readonly fun: string;
  constructor(fun: string, message = `'${fun}' is not available.`) {
    super(message, { context: { fun } });
    this.fun = fun;
  }
}

/** A backend of the file server is configured in a way that cannot work; Salt's `FileserverConfigError`. */
export class FileserverConfigError extends TsaltError {
  readonly code = 'files.config';
}

/** Any exception of Python that has a name users see, such as `TypeError` or `ValueError`. */
export class PythonError extends TsaltError {
  readonly code = 'job.python_exception';
  /** The class name as Salt prints it. */
  readonly className: string;
  constructor(className: string, message: string, cause?: unknown) {
    super(message, { context: { className }, cause });
    this.className = className;
  }
}
