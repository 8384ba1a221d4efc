/** The tokens of YAML 1.1, with offsets into the text. */
export type TokenKind =
  | 'stream-end' | 'version' | 'tag-directive' | 'document-start' | 'document-end'
  | 'block-sequence-start' | 'block-mapping-start' | 'block-end'
  | 'flow-sequence-start' | 'flow-sequence-end' | 'flow-mapping-start' | 'flow-mapping-end' | 'flow-entry'
  | 'block-entry' | 'key' | 'value' | 'alias' | 'anchor' | 'tag' | 'scalar';

export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  /** Text of a scalar, name of an anchor or alias, suffix or prefix of a tag, version. */
  readonly text: string;
  /** Handle of a tag. */
  readonly handle: string;
  /** A scalar without quotes. */
  readonly plain: boolean;
}
