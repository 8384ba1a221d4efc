/** Jinja's undefined values: what a name, attribute or key gives that is not there. */
import { type Data, Thing } from './data.js';
import { TemplateError, type TemplateErrorDetails, type TemplateErrorKind } from './errors.js';
import { kindOf } from './type-name.js';

export class Undefined extends Thing {
  readonly typeName: string;
  readonly message: string;
  readonly kind: TemplateErrorKind;
  /** Strict ones refuse every use; the others print as empty text and are false. */
  readonly strict: boolean;
  readonly details: TemplateErrorDetails;

  constructor(message: string, strict: boolean, details: TemplateErrorDetails = {}, kind: TemplateErrorKind = 'undefined') {
    super();
    this.message = message;
    this.strict = strict;
    this.kind = kind;
    this.details = details;
    this.typeName = strict ? 'StrictUndefined' : 'Undefined';
  }

  /** Refuses a use that no undefined value allows. */
  fail(): never {
    throw new TemplateError(this.kind, this.message, this.details);
  }

  /** Refuses a use that only strict ones refuse. */
  check(): void {
    if (this.strict) this.fail();
  }

  override get kindText(): string {
    return `jinja2.runtime.${this.typeName} object`;
  }

  override repr(): string {
    return 'Undefined';
  }

  override text(): string {
    this.check();
    return '';
  }

  override truthy(): boolean {
    this.check();
    return false;
  }

  override equals(other: Data): boolean {
    this.check();
    return other instanceof Undefined && other.strict === this.strict;
  }

  override iterate(): Iterable<Data> {
    this.check();
    return [];
  }

  override size(): number {
    this.check();
    return 0;
  }

  override contains(): boolean {
    this.check();
    return false;
  }

  override call(): never {
    return this.fail();
  }
}

/** What a missing attribute or item gives. */
export function missingIn(owner: Data, key: Data, keyText: string, strict: boolean): Undefined {
  const message = typeof key === 'string' ? `'${kindOf(owner)}' has no attribute ${keyText}` : `${kindOf(owner)} has no element ${keyText}`;
  return new Undefined(message, strict, { word: typeof key === 'string' ? key : undefined, known: owner instanceof Thing && owner.known !== undefined ? () => owner.known?.() ?? [] : undefined });
}
