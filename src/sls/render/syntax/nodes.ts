/** The tree of a template. `line` is that of the word Jinja counts the node by. */
import type { Data } from '../python/data.js';

interface At {
  readonly line: number;
}

export interface NameNode extends At { readonly kind: 'name'; readonly name: string }
export interface ConstNode extends At { readonly kind: 'const'; readonly value: Data }
/** `a.b` as target of `set`: an attribute of a namespace. */
export interface NamespaceRefNode extends At { readonly kind: 'namespaceRef'; readonly name: string; readonly attribute: string }
export interface TupleNode extends At { readonly kind: 'tuple'; readonly items: readonly Expression[] }
export interface ListNode extends At { readonly kind: 'list'; readonly items: readonly Expression[] }
export interface DictNode extends At { readonly kind: 'dict'; readonly pairs: readonly (readonly [Expression, Expression])[] }
export interface AttributeNode extends At { readonly kind: 'attribute'; readonly owner: Expression; readonly name: string }
export interface ItemNode extends At { readonly kind: 'item'; readonly owner: Expression; readonly key: Expression }
export interface SliceNode extends At { readonly kind: 'slice'; readonly parts: readonly (Expression | undefined)[] }
export interface CallNode extends At { readonly kind: 'call'; readonly callee: Expression; readonly args: Arguments }
export interface FilterNode extends At { readonly kind: 'filter'; readonly input: Expression | undefined; readonly name: string; readonly args: Arguments }
export interface TestNode extends At { readonly kind: 'test'; readonly input: Expression; readonly name: string; readonly args: Arguments }
export interface UnaryNode extends At { readonly kind: 'not' | 'negative' | 'positive'; readonly operand: Expression }
export type BinaryWord = '+' | '-' | '*' | '/' | '//' | '%' | '**' | 'and' | 'or';
export interface BinaryNode extends At { readonly kind: 'binary'; readonly word: BinaryWord; readonly left: Expression; readonly right: Expression }
export type CompareWord = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';
export interface CompareNode extends At { readonly kind: 'compare'; readonly first: Expression; readonly rest: readonly (readonly [CompareWord, Expression])[] }
export interface ConcatNode extends At { readonly kind: 'concat'; readonly items: readonly Expression[] }
export interface ConditionNode extends At { readonly kind: 'condition'; readonly test: Expression; readonly yes: Expression; readonly no: Expression | undefined }

export type Expression =
  | NameNode | ConstNode | NamespaceRefNode | TupleNode | ListNode | DictNode | AttributeNode | ItemNode | SliceNode | CallNode
  | FilterNode | TestNode | UnaryNode | BinaryNode | CompareNode | ConcatNode | ConditionNode;

export interface Arguments {
  readonly list: readonly Expression[];
  readonly named: readonly (readonly [string, Expression])[];
  /** `*items` */
  readonly spread: Expression | undefined;
  /** `**map` */
  readonly spreadNamed: Expression | undefined;
}

export type Target = NameNode | NamespaceRefNode | TupleNode;

export interface TextPart extends At { readonly kind: 'text'; readonly text: string }
export interface OutputNode extends At { readonly kind: 'output'; readonly parts: readonly (TextPart | Expression)[] }
export interface ForNode extends At {
  readonly kind: 'for'; readonly target: Target; readonly iter: Expression; readonly test: Expression | undefined;
  readonly recursive: boolean; readonly body: readonly Statement[]; readonly otherwise: readonly Statement[];
}
export interface IfNode extends At {
  readonly kind: 'if'; readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[]; readonly line: number }[];
  readonly otherwise: readonly Statement[];
}
export interface SetNode extends At { readonly kind: 'set'; readonly target: Target; readonly value: Expression }
export interface SetBlockNode extends At { readonly kind: 'setBlock'; readonly target: Target; readonly filter: Expression | undefined; readonly body: readonly Statement[] }
export interface Signature {
  readonly params: readonly { readonly name: string; readonly fallback: Expression | undefined }[];
}
export interface MacroNode extends At, Signature { readonly kind: 'macro'; readonly name: string; readonly body: readonly Statement[] }
export interface CallBlockNode extends At, Signature { readonly kind: 'callBlock'; readonly call: CallNode; readonly body: readonly Statement[] }
export interface FilterBlockNode extends At { readonly kind: 'filterBlock'; readonly filter: Expression; readonly body: readonly Statement[] }
export interface WithNode extends At { readonly kind: 'with'; readonly targets: readonly (readonly [Target, Expression])[]; readonly body: readonly Statement[] }
export interface BlockNode extends At { readonly kind: 'block'; readonly name: string; readonly scoped: boolean; readonly required: boolean; readonly body: readonly Statement[] }
export interface ExtendsNode extends At { readonly kind: 'extends'; readonly template: Expression }
export interface IncludeNode extends At { readonly kind: 'include'; readonly template: Expression; readonly ignoreMissing: boolean; readonly withContext: boolean }
export interface ImportNode extends At { readonly kind: 'import'; readonly template: Expression; readonly name: string; readonly withContext: boolean }
export interface FromNode extends At {
  readonly kind: 'from'; readonly template: Expression; readonly names: readonly (readonly [name: string, alias: string])[]; readonly withContext: boolean;
}
export interface DoNode extends At { readonly kind: 'do'; readonly expression: Expression }
export interface JumpNode extends At { readonly kind: 'break' | 'continue' }
export interface ScopeNode extends At { readonly kind: 'scope'; readonly autoescape: Expression; readonly body: readonly Statement[] }
/** Reports how long its body took; `what` and `label` name it in the log. */
export interface ProfileNode extends At { readonly kind: 'profile'; readonly what: string; readonly label: Expression; readonly body: readonly Statement[] }
/** Salt's `load_yaml as x ... endload`. */
export interface LoadNode extends At { readonly kind: 'load'; readonly filter: Expression; readonly target: Target; readonly body: readonly Statement[] }

export type Statement =
  | OutputNode | ForNode | IfNode | SetNode | SetBlockNode | MacroNode | CallBlockNode | FilterBlockNode | WithNode | BlockNode | ExtendsNode
  | IncludeNode | ImportNode | FromNode | DoNode | JumpNode | ScopeNode | ProfileNode | LoadNode;

export interface TemplateNode {
  readonly body: readonly Statement[];
  readonly blocks: ReadonlyMap<string, BlockNode>;
}
