/** Repositories of git. */
import { defineModule } from '../../kernel/contract/plugin.js';
import { remoteFunctions } from './git/remote.js';
import { settingFunctions } from './git/settings.js';
import { workFunctions } from './git/work.js';
import { worktreeFunctions } from './git/worktree.js';

export default defineModule({
  name: 'git',
  doc: 'Repositories of git: cloning, history, branches, remotes, settings and worktrees.',
  functions: { ...workFunctions, ...remoteFunctions, ...settingFunctions, ...worktreeFunctions },
});
