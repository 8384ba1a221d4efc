/** What errors say about a template. */
export interface TemplateIdentity {
  /** Name it was asked for by; undefined for the text that is rendered itself. */
  readonly name: string | undefined;
  /** File on this machine, as Salt's texts print it; empty when there is none. */
  readonly path: string;
  /** For people: `salt://web/map.jinja`. */
  readonly source: string;
  readonly text: string;
}
