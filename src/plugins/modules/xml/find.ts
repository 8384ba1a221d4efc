/** The paths of Python's ElementTree: names, `*`, `.`, `..`, `//`, and conditions in brackets. Source: documentation of Python 3.11. */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import type { XmlNode } from './document.js';

type Step = (nodes: readonly XmlNode[]) => XmlNode[];

const STEP = /(\/\/?)?(?:(\.\.)|(\.)|((?:\{[^}]*\})?[^/[\]@{}='"]+))?((?:\[[^\]"']*(?:"[^"]*"|'[^']*')?[^\]"']*\])*)/y;
const CONDITION = /\[\s*(?:@((?:\{[^}]*\})?[^\]=!\s]+)|(\.)|(\d+)|(last\(\)(?:\s*-\s*\d+)?)|((?:\{[^}]*\})?[^\]=!\s@]+))\s*(?:(!?=)\s*(?:"([^"]*)"|'([^']*)')\s*)?\]/gy;

const wrong = (path: string): CommandExecutionError => new CommandExecutionError(`'${path}' is no path of elements`);

const below = (node: XmlNode): XmlNode[] => node.children.flatMap((child) => [child, ...below(child)]);
const wholeText = (node: XmlNode): string => `${node.text ?? ''}${node.children.map(wholeText).join('')}`;

function named(name: string): (node: XmlNode) => boolean {
  if (name === '*' || name === '{*}*') return () => true;
  if (name.startsWith('{*}')) return ({ tag }) => tag.replace(/^\{[^}]*\}/, '') === name.slice(3);
  if (name.endsWith('}*')) return ({ tag }) => (name === '{}*' ? !tag.startsWith('{') : tag.startsWith(name.slice(0, -1)));
  return ({ tag }) => tag === name;
}

/** By place among the brothers of the same name, as ElementTree counts. */
function placed(nodes: readonly XmlNode[], at: (count: number) => number): XmlNode[] {
  return nodes.filter((node) => {
    const brothers = node.parent?.children.filter(({ tag }) => tag === node.tag) ?? [node];
    return brothers[at(brothers.length)] === node;
  });
}

function condition(match: RegExpMatchArray): Step {
  const [, attribute, self, number, last, child, operator, double, single] = match;
  const value = double ?? single;
  const fits = (text: string | undefined): boolean => text !== undefined && (value === undefined || (text === value) === (operator === '='));
  if (number !== undefined) return (nodes) => placed(nodes, () => Number(number) - 1);
  if (last !== undefined) return (nodes) => placed(nodes, (count) => count - 1 - Number(/\d+/.exec(last)?.[0] ?? 0));
  if (attribute !== undefined) return (nodes) => nodes.filter((node) => fits(node.attributes.get(attribute)));
  if (self !== undefined) return (nodes) => nodes.filter((node) => fits(wholeText(node)));
  return (nodes) => nodes.filter((node) => node.children.some((one) => one.tag === child && fits(wholeText(one))));
}

function conditions(text: string, path: string): Step[] {
  const found: Step[] = [];
  CONDITION.lastIndex = 0;
  let end = 0;
  for (let match = CONDITION.exec(text); match !== null; match = CONDITION.exec(text)) {
    found.push(condition(match));
    end = CONDITION.lastIndex;
  }
  if (end !== text.length) throw wrong(path);
  return found;
}

function stepsOf(path: string): Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < path.length;) {
    STEP.lastIndex = at;
    const match = STEP.exec(path);
    if (match === null || match[0] === '') throw wrong(path);
    const [all, slashes = '', up, self, name, brackets = ''] = match;
    // A path is relative: only `//` may stand at its beginning, after a dot.
    if (at === 0 ? slashes !== '' : slashes === '') throw wrong(path);
    if (up === undefined && self === undefined && name === undefined) throw wrong(path);
    if (up !== undefined) steps.push((nodes) => [...new Set(nodes.flatMap(({ parent }) => (parent === undefined ? [] : [parent])))]);
    else if (name !== undefined) {
      const fits = named(name.trim());
      steps.push((nodes) => nodes.flatMap((node) => (slashes === '//' ? below(node) : node.children)).filter(fits));
    }
    steps.push(...conditions(brackets, path));
    at += all.length;
  }
  return steps;
}

/** The first element that a path leads to from the root. @throws CommandExecutionError for what is no path */
export function findNode(root: XmlNode, path: string): XmlNode | undefined {
  const steps = stepsOf(path);
  return steps.reduce<readonly XmlNode[]>((nodes, step) => step(nodes), [root])[0];
}
