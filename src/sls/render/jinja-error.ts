/** Salt's text for a template that failed, and the facts around it. Golden: render/err-*. */
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { failedAt, type Place, TemplateFailure } from './eval/failure.js';
import type { Origin } from './eval/origins.js';
import { closeNames } from './close-names.js';
import { markedLines } from './excerpt.js';
import { TemplateError, type TemplateErrorKind } from './python/errors.js';
import { RenderError, type SourcePlace } from './render-error.js';
import type { SourceLine } from './trace.js';

const BEGINNINGS: Readonly<Record<TemplateErrorKind, string>> = {
  undefined: 'Jinja variable ', syntax: 'Jinja syntax error: ', runtime: 'Jinja syntax error: ', security: 'Jinja syntax error: ',
  missing: 'Jinja error: ', raised: 'Jinja error: ',
};

function beginning(cause: unknown): string {
  if (cause instanceof TemplateError) return BEGINNINGS[cause.kind];
  const ofFunction = cause instanceof CommandExecutionError || cause instanceof InvocationError;
  return ofFunction ? 'Problem running salt function in Jinja template: ' : 'Jinja error: ';
}

export interface RenderedText {
  /** Lines of the file that stand before the text that was rendered. */
  readonly linesBefore: number;
}

/** The error that callers see. */
export function renderErrorOf(error: unknown, main: RenderedText): RenderError {
  const failure = error instanceof TemplateFailure ? error : new TemplateFailure(error);
  const { cause } = failure;
  const reason = cause instanceof Error ? cause.message : String(cause);
  // Salt sees the innermost code that is no block.
  const shown = failure.places.find((place) => place.kind !== 'block');
  const inner = failure.places[0];
  return new RenderError(`${beginning(cause)}${reason}${shown === undefined ? '' : placeText(shown)}`, {
    reason, cause, place: inner && sourceOf(inner, main), excerpt: inner === undefined ? undefined : markedLines(inner.template.text, inner.line),
    chain: failure.places.map((place) => sourceOf(place, main)).reverse(), suggestions: suggestionsOf(cause),
  });
}

function placeText({ template, line }: Place): string {
  const lines = markedLines(template.text, line);
  if (template.name === undefined) return line > 0 ? `; line ${line}\n\n${lines}` : '';
  return `\n${template.path}(${line}):\n${lines}`;
}

/** Where a part of the rendered text comes from, for errors of what reads it. */
export function sourceLine(origin: Origin | undefined, main: RenderedText, isRendered: boolean): SourceLine | undefined {
  if (origin === undefined) return undefined;
  const { template, line } = origin;
  return { place: sourceOf({ template, line, kind: 'root', name: '' }, main), excerpt: markedLines(template.text, line), isRendered };
}

function sourceOf({ template, line, kind, name }: Place, main: RenderedText): SourcePlace {
  return {
    file: template.source, line: template.name === undefined ? line + main.linesBefore : line,
    ...(kind === 'root' ? {} : { inside: `${kind} '${name}'` }),
  };
}

function suggestionsOf(cause: unknown): string[] {
  if (!(cause instanceof TemplateError)) return [];
  const { word, known } = cause.details;
  return word === undefined || known === undefined ? [] : closeNames(word, known());
}

/** The line of a syntax error, in the template that has it. */
export function placed(error: unknown, template: Place['template']): unknown {
  const line = error instanceof TemplateError ? error.details.line : undefined;
  return failedAt(error, { template, kind: 'root', name: '', line: line ?? 1 });
}
