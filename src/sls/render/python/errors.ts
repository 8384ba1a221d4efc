/** What goes wrong inside templates, before the place is known. Messages are Python's and Jinja's own. */
import { PythonError, TsaltError } from '../../../kernel/contract/errors.js';

/**
 * `undefined`: use of something that is not there; `syntax`: the template cannot be read; `runtime`: Jinja refuses
 * while it runs; `security`: the sandbox refuses; `missing`: no such template; `raised`: the template's own `raise()`.
 */
export type TemplateErrorKind = 'undefined' | 'syntax' | 'runtime' | 'security' | 'missing' | 'raised';

export interface TemplateErrorDetails {
  /** Line in the template, from 1; known for syntax errors. */
  readonly line?: number | undefined;
  /** The word that is not known, for close names. */
  readonly word?: string | undefined;
  /** Words that might have been meant. */
  readonly known?: (() => Iterable<string>) | undefined;
}

/** An error of Jinja itself. */
export class TemplateError extends TsaltError {
  readonly code = 'render.template';
  readonly kind: TemplateErrorKind;
  readonly details: TemplateErrorDetails;

  constructor(kind: TemplateErrorKind, message: string, details: TemplateErrorDetails = {}) {
    super(message);
    this.kind = kind;
    this.details = details;
  }
}

/** The template asks for more than a limit allows. */
export class RenderLimitError extends TsaltError {
  readonly code = 'render.limit';
}

export function typeError(message: string): PythonError {
  return new PythonError('TypeError', message);
}

export function valueError(message: string): PythonError {
  return new PythonError('ValueError', message);
}
