/** A repository as a user has it: a work tree with branches and tags, made by the program git without anyone's configuration. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ENV = {
  ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.org', GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.org',
};

export type Files = Readonly<Record<string, string | { readonly text: string | Buffer; readonly mode: number }>>;

export class GitRepository {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** With the branch `master` and nothing in it. */
  static async create(folder: string): Promise<GitRepository> {
    await mkdir(folder, { recursive: true });
    const repository = new GitRepository(folder);
    await repository.git('init', '--quiet', '--initial-branch=master', '.');
    return repository;
  }

  async git(...words: string[]): Promise<string> {
    const { stdout } = await run('git', words, { cwd: this.folder, env: ENV, timeout: 60_000, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  }

  /** Writes files, adds all that lies there, gives the id of the commit. */
  async commit(files: Files, message = 'change'): Promise<string> {
    for (const [path, content] of Object.entries(files)) {
      const full = join(this.folder, path);
      await mkdir(dirname(full), { recursive: true });
      await writeFile(full, typeof content === 'string' ? content : content.text);
      await chmod(full, typeof content === 'string' ? 0o644 : content.mode);
    }
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--allow-empty', '-m', message);
    return (await this.git('rev-parse', 'HEAD')).trim();
  }

  async branch(name: string): Promise<void> {
    await this.git('checkout', '--quiet', '-b', name);
  }

  async checkout(name: string): Promise<void> {
    await this.git('checkout', '--quiet', name);
  }

  async tag(name: string, { annotated = false } = {}): Promise<void> {
    await this.git('tag', '--force', ...(annotated ? ['-a', '-m', name] : []), name);
  }
}
