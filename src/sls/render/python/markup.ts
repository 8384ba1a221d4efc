/** Text that is marked as safe for HTML: what is added to it gets escaped. `json`, `yaml` and `escape` give such text. */
import { type Data, Thing } from './data.js';

export class Markup extends Thing {
  readonly typeName = 'Markup';
  readonly value: string;

  constructor(value: string) {
    super();
    this.value = value;
  }

  override get kindText(): string {
    return 'markupsafe.Markup object';
  }

  override text(): string {
    return this.value;
  }

  override truthy(): boolean {
    return this.value !== '';
  }

  override equals(other: Data): boolean {
    return this.value === (other instanceof Markup ? other.value : other);
  }
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&#39;', '"': '&#34;' };

/** Text with the five characters of HTML written as entities. */
export function escapeHtml(text: string): string {
  return /[&<>'"]/.test(text) ? text.replace(/[&<>'"]/g, (character) => ENTITIES[character] as string) : text;
}

/** The text of a value that is one for Python, else undefined. */
export function textOf(data: Data): string | undefined {
  if (typeof data === 'string') return data;
  return data instanceof Markup ? data.value : undefined;
}
