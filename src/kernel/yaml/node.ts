/** The tree of a YAML text before it becomes values: tags are resolved, aliases point at their node. */
interface NodeBase {
  /** Full tag, such as `tag:yaml.org,2002:int`. */
  tag: string;
  /** Offset in the text of the first character that belongs to the node, its anchor and tag included. */
  readonly start: number;
}

export interface ScalarNode extends NodeBase {
  readonly kind: 'scalar';
  readonly value: string;
}

export interface SequenceNode extends NodeBase {
  readonly kind: 'sequence';
  readonly items: Node[];
}

export interface MappingNode extends NodeBase {
  readonly kind: 'mapping';
  pairs: (readonly [Node, Node])[];
  /** Merge keys have been worked in. */
  flat: boolean;
}

export type Node = ScalarNode | SequenceNode | MappingNode;

const YAML_TAGS = 'tag:yaml.org,2002:';

/** Full name of a tag of YAML itself. */
export const yamlTag = (name: string): string => YAML_TAGS + name;
