/** The part of nunjucks that `explain.ts` uses. */
declare module 'nunjucks' {
  export class Environment {
    constructor(loaders: null, options: { autoescape: boolean; throwOnUndefined: boolean; trimBlocks: boolean; lstripBlocks: boolean });
  }

  export class Template {
    constructor(source: string, environment: Environment, path: string, eager: boolean);
    render(context: Readonly<Record<string, unknown>>): string;
  }
}
