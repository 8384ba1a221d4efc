/** A paragraph of a `.sources` file (deb822): fields in their order, comments before and after. */
import { isYes } from './one-line-source.js';
import type { PackageSource } from './package-source.js';

type ListField = 'Types' | 'URIs' | 'Suites' | 'Components' | 'Architectures';

export class Deb822Source implements PackageSource {
  readonly kind = 'sources';
  file: string;
  readonly #fields = new Map<string, string>();
  #header: string[] = [];
  readonly #footer: string[] = [];

  constructor(paragraph: string, file: string) {
    this.file = file;
    let last: string | undefined;
    for (const line of paragraph.split('\n').filter((text) => text !== '')) {
      const match = /^([^\s#:]+):\s*(.*)$/.exec(line);
      if (line.startsWith('#')) (this.#fields.size === 0 ? this.#header : this.#footer).push(line);
      else if (match !== null) {
        last = match[1] ?? '';
        this.#fields.set(last, (match[2] ?? '').trimEnd());
      } else if (last !== undefined) this.#fields.set(last, `${this.#fields.get(last) ?? ''}\n${line.trimEnd()}`);
    }
  }

  get invalid(): boolean { return this.#fields.size === 0; }
  get type(): string { return this.#get('Types') ?? ''; }
  get types(): string[] { return this.#list('Types'); }
  set types(values: readonly string[]) { this.#set('Types', values.join(' ')); }
  get uri(): string { return this.#get('URIs') ?? ''; }
  set uri(value: string) { this.#set('URIs', value); }
  get uris(): string[] { return this.#list('URIs'); }
  set uris(values: readonly string[]) { this.#set('URIs', values.join(' ')); }
  get dist(): string { return this.#get('Suites') ?? ''; }
  set dist(value: string) { this.#set('Suites', value); }
  get suites(): string[] { return this.#list('Suites'); }
  set suites(values: readonly string[]) { this.#set('Suites', values.join(' ')); }
  get comps(): string[] { return this.#list('Components'); }
  set comps(values: readonly string[]) { this.#set('Components', values.join(' ')); }
  get architectures(): string[] { return this.#list('Architectures'); }
  set architectures(values: readonly string[]) { this.#set('Architectures', values.join(' ')); }
  get signedby(): string | null { return this.#get('Signed-By')?.trim() ?? null; }
  set signedby(value: string | null) { this.#set('Signed-By', value ?? ''); }

  get disabled(): boolean { return !isYes(this.#get('Enabled') ?? 'yes'); }
  set disabled(value: boolean) { this.#set('Enabled', value ? 'no' : ''); }

  get trusted(): boolean | null {
    const value = this.#get('Trusted');
    return value === undefined ? null : isYes(value);
  }
  set trusted(value: boolean | null) { this.#set('Trusted', value === null ? '' : value ? 'yes' : 'no'); }

  get comment(): string { return this.#header.join('\n'); }
  set comment(text: string) {
    const lines = text.split('\n').filter((line) => line !== '');
    this.#header = lines.every((line) => line.startsWith('#')) ? lines : lines.map((line) => `#${line}`);
  }

  toString(): string {
    const fields = [...this.#fields].filter(([, value]) => value !== '').map(([name, value]) => `${name}: ${value}`);
    return [...this.#header, ...fields, ...this.#footer].join('\n').trim();
  }

  /** Names of fields are the same in small and capital letters. */
  #nameOf(field: string): string {
    return [...this.#fields.keys()].find((name) => name.toLowerCase() === field.toLowerCase()) ?? field;
  }

  #get(field: string): string | undefined {
    return this.#fields.get(this.#nameOf(field));
  }

  #list(field: ListField): string[] {
    return (this.#get(field) ?? '').split(/\s+/).filter((word) => word !== '');
  }

  /** Empty text removes the field. */
  #set(field: string, value: string): void {
    if (value === '') this.#fields.delete(this.#nameOf(field));
    else this.#fields.set(this.#nameOf(field), value);
  }
}
