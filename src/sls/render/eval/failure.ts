/** Where in which templates an error happened. */
import type { TemplateIdentity } from './identity.js';
import type { Frame, FrameKind } from './machine.js';
import type { Later } from '../python/data.js';

export interface Place {
  readonly template: TemplateIdentity;
  readonly kind: FrameKind;
  readonly name: string;
  readonly line: number;
}

/** An error with the places it came through, the innermost first. */
export class TemplateFailure extends Error {
  readonly places: Place[] = [];
  override readonly cause: unknown;

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause));
    this.cause = cause;
  }
}

/** The error with one more place. */
export function failedAt(error: unknown, place: Place): TemplateFailure {
  const failure = error instanceof TemplateFailure ? error : new TemplateFailure(error);
  failure.places.push({ template: place.template, kind: place.kind, name: place.name, line: place.line });
  return failure;
}

/** Does work whose errors are to know the frame. */
export function framed<T>(frame: Frame, work: () => Later<T>): Later<T> {
  try {
    const result = work();
    if (!(result instanceof Promise)) return result;
    return result.catch((error: unknown) => {
      throw failedAt(error, frame);
    });
  } catch (error) {
    throw failedAt(error, frame);
  }
}
