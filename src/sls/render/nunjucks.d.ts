/** The part of nunjucks that `host.ts` uses. */
declare module 'nunjucks' {
  type AnyFunction = (...values: never[]) => unknown;

  export class Environment {
    constructor(loaders: null, options: { autoescape: boolean; throwOnUndefined: boolean; trimBlocks: boolean; lstripBlocks: boolean });
    readonly filters: Readonly<Record<string, AnyFunction>>;
    readonly tests: Readonly<Record<string, AnyFunction>>;
    readonly asyncFilters: readonly string[];
    addFilter(name: string, run: AnyFunction, async?: boolean): this;
    addTest(name: string, run: AnyFunction): this;
  }

  export class Template {
    constructor(source: string, environment: Environment, path: string, eager: boolean);
    render(context: Readonly<Record<string, unknown>>): string;
  }
}
