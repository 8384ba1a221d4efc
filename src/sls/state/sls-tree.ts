/** The SLS files of all environments, found and rendered for one run. */
import type { FilePort } from '../../kernel/contract/ports.js';
import type { Value } from '../../kernel/std/value.js';
import type { Renderer, TemplateFiles } from '../render/contract.js';
import type { SlsFile, SlsSource } from './gather.js';
import type { TopSource } from './tops.js';

export interface SlsTreeParts {
  readonly files: Pick<FilePort, 'fileList' | 'envs'>;
  readonly templates: TemplateFiles;
  readonly renderer: () => Renderer;
  /** Path of the top file below the root of an environment. */
  readonly topPath: string;
  /** Environments of the configuration, which need not have files. */
  readonly configured: readonly string[];
}

export class SlsTree implements SlsSource, TopSource {
  readonly #parts: SlsTreeParts;
  readonly #names = new Map<string, Promise<readonly string[] | undefined>>();
  #envs: Promise<readonly string[]> | undefined;

  constructor(parts: SlsTreeParts) {
    this.#parts = parts;
  }

  envs(): Promise<readonly string[]> {
    this.#envs ??= this.#readEnvs();
    return this.#envs;
  }

  async #readEnvs(): Promise<string[]> {
    return [...new Set(['base', ...this.#parts.configured, ...await this.#parts.files.envs()])];
  }

  names(saltenv: string): Promise<readonly string[] | undefined> {
    const known = this.#names.get(saltenv) ?? this.#readNames(saltenv);
    this.#names.set(saltenv, known);
    return known;
  }

  async #readNames(saltenv: string): Promise<readonly string[] | undefined> {
    if (!(await this.envs()).includes(saltenv)) return undefined;
    const paths = await this.#parts.files.fileList(saltenv, '');
    return paths.flatMap((path) => {
      if (!path.endsWith('.sls')) return [];
      const name = path.endsWith('/init.sls') ? path.slice(0, -'/init.sls'.length) : path.slice(0, -'.sls'.length);
      return [name.replaceAll('/', '.')];
    });
  }

  async read(sls: string, saltenv: string): Promise<SlsFile | undefined> {
    const path = sls.replaceAll('.', '/');
    for (const candidate of [`${path}.sls`, `${path}/init.sls`]) {
      const file = await this.#parts.templates.read(candidate, saltenv);
      if (file !== undefined) return { ...file, source: `salt://${candidate}` };
    }
    return undefined;
  }

  render({ text, path, source }: SlsFile, sls: string, saltenv: string): Promise<Value> {
    return this.#parts.renderer().renderSls(text, { saltenv, sls, path, source });
  }

  async renderTop(saltenv: string): Promise<Value | undefined> {
    const { templates, topPath, renderer } = this.#parts;
    const file = await templates.read(topPath, saltenv);
    return file === undefined ? undefined : renderer().renderSls(file.text, { saltenv, sls: '', path: file.path, source: `salt://${topPath}` });
  }

  async renderSls(sls: string, saltenv: string): Promise<Value | undefined> {
    const file = await this.read(sls, saltenv);
    return file === undefined ? undefined : this.render(file, '', saltenv);
  }
}
